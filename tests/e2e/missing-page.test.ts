// Addresses where nothing is: a person sees a page, a program gets what it always got.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter();
});
afterAll(() => router.stop());

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetch(router.url + path, { method, headers });
  const type = response.headers.get("content-type") ?? "";
  return { response, type, text: await response.text() };
}

test.each(["/nothing", "/request", "/request/a/b/<b>"])(
  "a browser at %s gets a page with the way back, and no program does",
  async (path) => {
    const seen = await get(path, browser);
    expect([seen.response.status, seen.type]).toEqual([404, "text/html; charset=utf-8"]);
    expect(seen.text).toContain("No such page");
    expect(seen.text).toContain('href="/upstreams"');
    expect(seen.text).not.toContain("<b>");
    expect(seen.response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const program = await get(path);
    expect([program.response.status, program.type]).toEqual([404, "application/json"]);
  },
);

test("a browser that opens what only a form may send to gets a page and what is allowed", async () => {
  const seen = await get("/upstreams/check", browser);
  expect([seen.response.status, seen.response.headers.get("allow")]).toEqual([405, "POST"]);
  expect(seen.text).toContain("Not a page to open");
  const program = await get("/upstreams/check");
  expect(JSON.parse(program.text)).toMatchObject({ error: expect.stringContaining("use POST") });
});

test.each(["/api/nothing", "/v1x/../api/nothing", "/v1/nothing"])(
  "%s is a program's, whoever asks",
  async (path) => {
    const { type } = await get(path, browser);
    expect(type).not.toContain("text/html");
  },
);

test("whoever may not see pages learns nothing of which there are", async () => {
  const { response, text } = await get("/nothing", { ...browser, "x-forwarded-for": "1.2.3.4" });
  expect(response.status).toBe(403);
  expect(text).not.toContain("Nothing is served");
});
