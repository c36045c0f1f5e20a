// HEAD: what GET would say, without its body, wherever GET is answered (RFC 9110 §9.3.2).
import { afterAll, beforeAll, expect, test } from "bun:test";
import { everyPath } from "../lab/every-path.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const upstream = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/events")
      return new Response("data: {}\n\n", { headers: { "content-type": "text/event-stream" } });
    if (pathname === "/v1/files/f/content")
      return new Response("x".repeat(12_345), {
        headers: { "content-type": "application/octet-stream" },
      });
    return Response.json({ data: [] });
  },
});
let router: TestRouter;
beforeAll(async () => {
  router = await startRouter({ env: { DEFAULT_UPSTREAM: `http://127.0.0.1:${upstream.port}` } });
});
afterAll(async () => {
  await router.stop();
  await upstream.stop(true);
});

async function ask(method: string, path: string, accept: string) {
  const exchange = await rawRequest(router.url, { method, path, headers: { Accept: accept } });
  // Event streams do not end.
  await exchange.waitFor("\r\n\r\n");
  const { status, headers } = exchange.response();
  if (method === "HEAD") expect(await exchange.ended).toBe("fin");
  exchange.leave();
  return { status, headers: new Headers(headers as [string, string][]), text: exchange.text() };
}

const paths = [...new Set(everyPath.map(({ path }) => path))];

test.each([...paths, "/v1/events", "/v1/files/f/content"])(
  "%s: the same status and type as GET, nothing after the head",
  async (path) => {
    for (const accept of ["text/html", "application/json"]) {
      const get = await ask("GET", path, accept);
      const head = await ask("HEAD", path, accept);
      expect(head.text.endsWith("\r\n\r\n")).toBeTrue();
      // Ollama's clients may ask HEAD of `/` and of blobs; nothing may be fetched there.
      if (path === "/" || path.startsWith("/api/blobs/")) continue;
      expect(head.status).toBe(get.status);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    }
  },
);

test("an upstream's length is said, whatever way its answer would be sent", async () => {
  const head = await ask("HEAD", "/v1/files/f/content", "*/*");
  expect(head.headers.get("content-length")).toBe("12345");
  const row = (await router.rows()).find(({ method }) => method === "HEAD");
  expect(row).toMatchObject({ state: "completed", status_code: 200 });
});
