// Bodies that nobody wants: no path waits for one, or keeps it, beyond what it has a use for.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { everyPath } from "../lab/every-path.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter({
    env: { MAX_REQUEST_SIZE: "100000", DEFAULT_UPSTREAM: "http://127.0.0.1:9" },
  });
});
afterAll(() => router.stop());

const types = [
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=b",
  "text/plain",
  "application/octet-stream",
];
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const asked = everyPath.flatMap(({ path }) => methods.map((method) => [method, path] as const));
const paths = [...new Map(asked.map((pair) => [pair.join(" "), pair])).values()];

/** Answers that come although their request's body never does. */
async function answered(method: string, path: string, headers: Record<string, string>, sent = "") {
  // A connection that is closed with bytes unread may take its answer with it.
  const kept = { ...headers, Connection: "keep-alive" };
  const exchange = await rawRequest(router.url, { method, path, headers: kept });
  if (sent !== "") exchange.send(sent);
  await exchange.waitFor("\r\n\r\n");
  exchange.leave("reset");
  return exchange.response().status;
}

const chunkOf = (bytes: number): string => `${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`;

describe.each(types)("a body of %s", (type) => {
  test("that is announced as huge is not waited for, wherever it goes", async () => {
    const headers = { "Content-Type": type, "Content-Length": "1000000000" };
    const statuses = await Promise.all(
      paths.map(async ([method, path]) => [method, path, await answered(method, path, headers)]),
    );
    for (const [method, path, status] of statuses)
      expect([method, path, status === 0 || status === 500]).toEqual([method, path, false]);
  });

  test("that comes in chunks without end is answered as soon as it is too large", async () => {
    const headers = { "Content-Type": type, "Transfer-Encoding": "chunked" };
    const statuses = await Promise.all(
      paths.map(async ([method, path]) => {
        // A form with a routes file may be larger than any other body here.
        const chunk = chunkOf(path === "/routes" ? 1_100_000 : 150_000);
        return [method, path, await answered(method, path, headers, chunk)];
      }),
    );
    // 408 is the answer to a body that was waited for.
    for (const [method, path, status] of statuses)
      expect([method, path, status === 0 || status === 408 || status === 500]).toEqual([
        method,
        path,
        false,
      ]);
  });
});

test.each(["/login", "/request/01a205b4-8eed-7758-a486-f2ad3d7b7496/again", "/notices/dismiss"])(
  "a form at %s that is larger than forms are gets 413",
  async (path) => {
    const body = `token=${"x".repeat(70_000)}`;
    const response = await fetch(router.url + path, { method: "POST", body });
    expect(response.status).toBe(413);
    expect(await response.text()).toContain("a form has at most 65536 bytes");
  },
);
