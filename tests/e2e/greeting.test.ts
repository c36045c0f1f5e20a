// `GET /`: the dashboard to whoever looks, and to programs what Ollama says.
// https://github.com/Jeffser/Alpaca/issues/160: clients check for it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rawRequest } from "../lab/raw-request.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { testSecret } from "../lab/tokens.ts";

const routers: Record<string, TestRouter> = {};
const environments: Readonly<Record<string, Record<string, string>>> = {
  "that is open": {},
  "that wants a token for everything": { JWT_SECRET: testSecret, WEBUI_SECURITY: "ALWAYS_AUTH" },
  "without a log": { ENABLE_LOGGING: "false" },
};
beforeAll(async () => {
  for (const [name, env] of Object.entries(environments))
    routers[name] = await startRouter({ env });
});
afterAll(async () => {
  for (const router of Object.values(routers)) await router.stop();
});

describe.each(Object.keys(environments))("a router %s", (name) => {
  test.each<[string, Record<string, string>]>([
    ["no Accept", {}],
    ["*/*", { Accept: "*/*" }],
    ["JSON", { Accept: "application/json" }],
    ["*/*, through a proxy", { Accept: "*/*", "X-Forwarded-For": "203.0.113.9" }],
  ])("tells a client that accepts %s that Ollama is running", async (_name, headers) => {
    for (const path of ["/", "//", "/?x=1"]) {
      const exchange = await rawRequest(routers[name]!.url, { path, headers });
      const { status, headers: given, body } = await exchange.whole();
      expect([status, body.toString()]).toEqual([200, "Ollama is running"]);
      expect(new Headers(given as [string, string][]).get("content-type")).toStartWith(
        "text/plain",
      );
    }
  });

  test("answers HEAD, with which Ollama's own program looks for it first", async () => {
    const response = await fetch(routers[name]!.url, { method: "HEAD" });
    expect(response.status).toBe(200);
  });

  test("shows nothing of the sort to a browser", async () => {
    const headers = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
    const response = await fetch(routers[name]!.url, { headers });
    expect(response.status).toBe({ "that is open": 200, "without a log": 404 }[name] ?? 401);
    expect(await response.text()).not.toBe("Ollama is running");
  });
});

test("it is sent under any name, for it says nothing that a page could not know", async () => {
  const { url } = routers["that is open"]!;
  const response = await fetch(url, { headers: { host: "whoever.example", accept: "*/*" } });
  expect(await response.text()).toBe("Ollama is running");
});

test("pages of other origins may hear it where they may call, and no others", async () => {
  const { url } = routers["that is open"]!;
  const near = await fetch(url, { headers: { origin: "http://localhost:3000" } });
  expect(near.headers.get("access-control-allow-origin")).toBe("http://localhost:3000");
  expect((await fetch(url, { headers: { origin: "https://evil.example" } })).status).toBe(403);
});
