// Traffic that nobody's client sends: each gets a clear answer, and the router goes on as if nothing had been.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { startRouter, type TestRouter, withRouter } from "../lab/start-router.ts";

const path = "/v1/chat/completions";
const chat = { model: "m", messages: [{ role: "user", content: "hi" }] };

let fake: FakeModel;
let router: TestRouter;
/** In front of a server that reads nothing of what it is sent. */
let plain: TestRouter;
const careless = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => Response.json({ choices: [] }),
});
beforeAll(async () => {
  plain = await startRouter({ env: { DEFAULT_UPSTREAM: `http://127.0.0.1:${careless.port}` } });
  fake = await startFakeModel({ name: "a", models: ["m"] });
  router = await startRouter({ env: { DEFAULT_UPSTREAM: fake.url } });
});
afterEach(async () => {
  expect((await router.post(path, chat)).status).toBe(200);
});
afterAll(async () => {
  await plain.stop();
  await careless.stop(true);
  await router.stop();
  await fake.stop();
});

/** Sends bytes as they are; resolves to what came until the end of the connection or of the first answer's head. */
function sent(bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(router.url).port), "127.0.0.1", () => socket.write(bytes));
  let text = "";
  const done = () => {
    socket.destroy();
    resolve(text);
  };
  socket.on("data", (chunk) => {
    text += chunk.toString();
    if (text.includes("\r\n\r\n")) done();
  });
  socket.on("error", done);
  socket.on("close", done);
  return promise;
}

const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n`;
/** What clients have sent: at times of its own the router asks for models, and which of them are loaded. */
const passedOn = () =>
  fake
    .requests()
    .filter(
      ({ path: asked }) =>
        !/^\/(?:v1\/models|api\/v0\/models|api\/tags|api\/ps|running|props)$/.test(asked),
    );
const hidden = "GET /v1/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

describe("requests whose end two readers could see in two places (smuggling)", () => {
  test.each([
    [
      "length and chunks",
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      "chunks and length",
      `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    ],
    ["two lengths", `${head}Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}`],
    ["a list of lengths", `${head}Content-Length: 2, 60\r\n\r\n{}`],
    ["a length with a sign", `${head}Content-Length: +2\r\n\r\n{}`],
    ["a length in hex", `${head}Content-Length: 0x2\r\n\r\n{}`],
    [
      "a coding that only looks like chunked",
      `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    ],
    ["chunked not last", `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ["a space before the colon", `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ["a folded header", `${head}X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["bare line feeds", `POST ${path} HTTP/1.1\nHost: localhost\n\n`],
    ["a chunk size that is none", `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    ["a NUL in a header", `${head}X: a\0b\r\n\r\n`],
    ["two hosts", `GET /v1/models HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n`],
    ["no host", "GET /v1/models HTTP/1.1\r\n\r\n"],
    ["no host in HTTP/1.0", "GET /v1/../api/logs HTTP/1.0\r\n\r\n"],
    ["a host that is a path", "GET /v1/../x HTTP/1.1\r\nHost: a/b?c@d\r\n\r\n"],
    ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"],
  ])("%s", async (_name, bytes) => {
    const before = passedOn().length;
    expect(await sent(bytes + hidden)).toMatch(/^HTTP\/1\.1 (400|505) /);
    expect(passedOn()).toHaveLength(before);
  });

  test("a body that looks like a request is a body", async () => {
    const before = passedOn().length;
    await sent(`${head}Content-Length: ${hidden.length}\r\nConnection: close\r\n\r\n${hidden}`);
    expect(passedOn()).toHaveLength(before);
  });
});

describe("heads beyond measure get 431", () => {
  test.each([
    ["one long header", `${head}X: ${"a".repeat(100_000)}\r\n\r\n`],
    ["many headers", `${head}${"X: a\r\n".repeat(1_000)}\r\n`],
    ["a long path", `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ])("%s", async (_name, bytes) => {
    expect(await sent(bytes)).toStartWith("HTTP/1.1 431 ");
  });
});

test("TRACE is not forwarded: the answer would show the upstream's key", async () => {
  const exchange = await rawRequest(router.url, { method: "TRACE", path: "/v1/models" });
  expect((await exchange.whole()).status).toBe(501);
});

describe("paths that lead elsewhere", () => {
  test.each([
    ["/v1/../api/logs", 200],
    ["/v1/%2e%2e/api/logs", 200],
    ["/v1/..\\api\\logs", 200],
    ["/v1/..%2fapi/delete", 400],
    ["/v1/%2e%2e%2fapi%2fdelete", 400],
    ["/v1/%252e%252e%252fapi", 400],
    ["/request/..%2f..%2fetc%2fpasswd", 404],
    ["/api/logs/..%2f..%2f..%2fetc%2fpasswd", 404],
    ["/assets/..%2f..%2fpackage.json", 404],
    ["/assets/%00", 404],
    ["/request/%zz", 404],
  ])("%s: %d, and no upstream is asked", async (asked, status) => {
    const before = passedOn().length;
    const exchange = await rawRequest(router.url, { path: asked });
    expect((await exchange.whole()).status).toBe(status);
    expect(passedOn()).toHaveLength(before);
  });
});

describe("bodies made to hurt", () => {
  const deep = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  test.each<[string, string, number[]]>([
    ["nested 5,000 deep", `{"model":"m","messages":${deep(5_000)}}`, [200, 400]],
    ["nested 2 million deep", `{"model":"m","messages":${deep(2_000_000)}}`, [200, 400]],
    ["unclosed 2 million times", "[".repeat(2_000_000), [400]],
    [
      "50,000 members",
      `{"model":"m",${Array.from({ length: 50_000 }, (_, at) => `"k${at}":1`).join()}}`,
      [200],
    ],
    ["a number without end", `{"model":"m","n":${"9".repeat(1_000_000)}}`, [200]],
    ["text that is not UTF-8", "\u00ff\u00fe{", [400]],
  ])("%s", async (_name, body, statuses) => {
    expect(statuses).toContain((await plain.post(path, body)).status);
  });

  test("a prototype in JSON stays a member", async () => {
    const body =
      '{"model":"m","__proto__":{"model":"x","polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const response = await router.post(path, body);
    expect(response.headers.get("x-smolrouter-model")).toBe("m");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(new TextDecoder().decode(fake.calls().at(-1)!.body)).toBe(body);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "a model named %s is a name like any other",
    async (model) => {
      const response = await router.post(path, { ...chat, model });
      expect(response.headers.get("x-smolrouter-upstream")).toBe("default");
      expect(response.headers.get("x-smolrouter-model")).toBe(model);
    },
  );

  test.each([
    ["a line break", "m\r\nset-cookie: smolrouter_token=x\r\n\r\n<html>"],
    ["a NUL", "m\0"],
    ["letters beyond ASCII", "mödel-模型"],
    ["a name without end", "m".repeat(100_000)],
  ])("a model's name with %s adds no header", async (_name, model) => {
    const response = await router.post(path, { ...chat, model });
    expect(response.headers.get("set-cookie")).toBeNull();
    const reported = response.headers.get("x-smolrouter-model") ?? "";
    expect(reported.length).toBeWithin(1, 257);
    expect(reported).toMatch(/^[!-~]+$/);
  });
});

test("bodies beyond MAX_REQUEST_SIZE get 413, announced or not", () =>
  withRouter({ env: { DEFAULT_UPSTREAM: fake.url, MAX_REQUEST_SIZE: "1000" } }, async (own) => {
    const body = JSON.stringify({ ...chat, pad: "x".repeat(2_000) });
    expect((await own.post(path, body)).status).toBe(413);
    const chunked = await fetch(own.url + path, {
      method: "POST",
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(body));
          controller.close();
        },
      }),
    });
    expect(chunked.status).toBe(413);
  }));

test("bodies that are announced and never come take no memory from others", async () => {
  // Together more than the 512 MiB that bodies share.
  const announced = 90 * 1024 * 1024;
  const idle = await Promise.all(
    Array.from({ length: 10 }, () =>
      rawRequest(router.url, { path, body: "{", headers: { "Content-Length": String(announced) } }),
    ),
  );
  expect((await router.post(path, { ...chat, pad: "x".repeat(200_000) })).status).toBe(200);
  for (const one of idle) one.leave();
});

describe("404 and 405", () => {
  test.each([
    ["GET", "/nowhere", 404, null],
    ["POST", "/api/nowhere", 404, null],
    ["GET", "/v1", 404, null],
    ["POST", "/", 405, "GET, HEAD"],
    ["POST", "/healthz", 405, "GET, HEAD"],
    ["PUT", "/metrics", 405, "GET, HEAD"],
    ["DELETE", "/api/logs", 405, "GET, HEAD"],
    ["GET", "/api/chat", 405, "POST"],
    ["GET", "/logout", 405, "POST"],
    ["DELETE", "/login", 405, "GET, HEAD, POST"],
    ["OPTIONS", "/api/stats", 405, "GET, HEAD"],
  ])("%s %s: %d", async (method, asked, status, allow) => {
    const response = await fetch(router.url + asked, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(allow);
    const { error } = (await response.json()) as { error: unknown };
    if (asked === "/v1") expect(error).toMatchObject({ code: "not_found" });
    else expect(error).toBeString();
  });

  test.each(["/", "/healthz", "/readyz", "/metrics", "/api/stats", "/login"])(
    "HEAD %s has a status and no body",
    async (asked) => {
      const response = await fetch(router.url + asked, { method: "HEAD" });
      expect([200, 404]).toContain(response.status);
      expect(response.status === 404).toBe(asked === "/login");
      expect(await response.text()).toBe("");
    },
  );
});
