// What the fake records, how it is scripted, and its HTTP.
import { expect, test } from "bun:test";
import { connect } from "node:net";
import { startFakeModel } from "../../../src/adapters/fake-model/start-fake-model.ts";
import { createGate } from "../../../src/adapters/fake-model/gate.ts";
import { freePort } from "../../lab/free-port.ts";
import { rawRequest, requestBytes } from "../../lab/raw-request.ts";
import { selfSigned } from "../../lab/self-signed.ts";
import { withFakes } from "../../lab/with-fakes.ts";

const body = { model: "m", messages: [{ role: "user", content: "hi" }] };
const chat = { path: "/v1/chat/completions", body };
const post = (url: string): Promise<Response> =>
  fetch(url + chat.path, { method: "POST", body: JSON.stringify(body) });

test("a request is recorded as it came: target, headers in order, bytes", () =>
  withFakes({ a: {} }, async ({ a }) => {
    const headers = { "X-B": "2", "X-A": "1" };
    const text = '{"model": "m",  "n": 1.0}';
    const path = "/v1/chat/completions?api-version=1";
    await (await rawRequest(a.url, { path, headers, body: text })).whole();
    const [call] = a.calls();
    expect(call).toMatchObject({
      method: "POST",
      target: path,
      path: "/v1/chat/completions",
      query: "?api-version=1",
      isCall: true,
      json: { model: "m", n: 1 },
      ending: "answered",
    });
    expect(Buffer.from(call!.body).toString()).toBe(text);
    const names = call!.headers.map(([name]) => name).join(" ");
    expect(names).toBe("host x-b x-a connection content-type content-length");
  }));

test("lists are recorded too, but are not calls and leave the script alone", () =>
  withFakes({ a: {} }, async ({ a }) => {
    a.script([{ kind: "status", status: 500 }]);
    await fetch(`${a.url}/v1/models`);
    await fetch(`${a.url}/api/tags`);
    expect((await post(a.url)).status).toBe(500);
    expect((await post(a.url)).status).toBe(200);
    expect(a.requests().map((request) => request.isCall)).toEqual([false, false, true, true]);
    expect(a.calls()).toHaveLength(2);
  }));

test("a function decides about every request, lists included", () =>
  withFakes({ a: {} }, async ({ a }) => {
    a.script(({ path }) => (path === "/v1/models" ? { kind: "status", status: 401 } : undefined));
    expect((await fetch(`${a.url}/v1/models`)).status).toBe(401);
    expect((await post(a.url)).status).toBe(200);
  }));

test("a failing server lists its models and fails every call, until told otherwise", () =>
  withFakes({ a: { failing: { kind: "status", status: 503 } } }, async ({ a }) => {
    expect((await fetch(`${a.url}/v1/models`)).status).toBe(200);
    expect([(await post(a.url)).status, (await post(a.url)).status]).toEqual([503, 503]);
    a.always(undefined);
    expect((await post(a.url)).status).toBe(200);
    a.reset();
    expect((await post(a.url)).status).toBe(503);
    expect(a.calls()).toHaveLength(1);
  }));

test("the time at which a client left is known, before the head and mid-stream", () =>
  withFakes({ a: {} }, async ({ a }) => {
    for (const [index, when] of (["before-head", "mid-content"] as const).entries()) {
      const until = createGate();
      a.script([{ kind: "stall", when, until }]);
      const exchange = await rawRequest(a.url, { ...chat, body: { ...body, stream: true } });
      await until.reached;
      const left = performance.now();
      exchange.leave(index === 0 ? "fin" : "reset");
      const after = (await a.waitForAbort(index + 1)) - left;
      expect(after).toBeGreaterThanOrEqual(0);
    }
    await a.waitForNoSockets();
  }));

test("a client that leaves while it stalls the answer is noticed", () =>
  withFakes({ a: {} }, async ({ a }) => {
    a.script([{ kind: "flood", events: 1000, eventBytes: 64 * 1024 }]);
    const exchange = await rawRequest(a.url, chat);
    exchange.pause();
    const call = await a.waitForRequest(1);
    exchange.leave("reset");
    await a.waitForAbort(1);
    expect(call.bytesSent).toBeLessThan(64_000_000);
  }));

test("an answer that the fake itself broke is not an abort of the client’s", () =>
  withFakes({ a: {} }, async ({ a }) => {
    a.script([{ kind: "reset", when: "before-head" }]);
    await (
      await rawRequest(a.url, chat)
    ).ended;
    await a.waitForNoSockets();
    expect(a.calls()[0]).toMatchObject({ ending: "broken", abortedAt: null });
  }));

test("requests on one connection have its number, also when they are sent at once", () =>
  withFakes({ a: {} }, async ({ a }) => {
    const keep = { ...chat, headers: { connection: "keep-alive" } };
    const first = await rawRequest(a.url, keep);
    first.send(Buffer.concat([requestBytes("h", keep), requestBytes("h", chat)]));
    await first.ended;
    expect(first.text().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    await (await rawRequest(a.url, chat)).whole();
    expect(a.calls().map((call) => call.connection)).toEqual([1, 1, 1, 2]);
  }));

test("a chunked request body is read whole, wherever it is cut", () =>
  withFakes({ a: {} }, async ({ a }) => {
    const json = JSON.stringify(body);
    const half = json.length >> 1;
    const chunk = (text: string): string => `${text.length.toString(16)};x=y\r\n${text}\r\n`;
    const bytes =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
      `${chunk(json.slice(0, half))}${chunk(json.slice(half))}0\r\nTrailer: t\r\n\r\n`;
    for (let cut = 1; cut < bytes.length; cut += 7) {
      const socket = connect(a.port, "127.0.0.1");
      socket.setNoDelay(true);
      socket.write(bytes.slice(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(bytes.slice(cut));
      let text = "";
      for await (const part of socket) text += String(part);
      expect(text).toStartWith("HTTP/1.1 200 OK");
    }
    for (const call of a.calls()) expect(call.json).toEqual(body);
  }));

test("what is not HTTP gets 400 and the connection’s end", () =>
  withFakes({ a: {} }, async ({ a }) => {
    const socket = connect(a.port, "127.0.0.1");
    socket.write("hello\r\n\r\n");
    let text = "";
    for await (const part of socket) text += String(part);
    expect(text).toStartWith("HTTP/1.1 400");
  }));

test("waiting for what never comes fails with what came instead", () =>
  withFakes({ a: {} }, async ({ a }) => {
    await post(a.url);
    const reason: unknown = await a.waitForRequest(2, 20).catch((error: unknown) => error);
    expect(String(reason)).toContain("call 2; came: POST /v1/chat/completions answered");
  }));

test("a stopped server refuses, resets who is there, and starts again on its port", async () => {
  const port = await freePort();
  const start = () => startFakeModel({ name: "a", models: ["m"], port });
  const first = await start();
  const until = createGate();
  first.script([{ kind: "stall", when: "before-head", until }]);
  const exchange = await rawRequest(first.url, chat);
  await until.reached;
  await first.stop();
  expect(await exchange.ended).toBe("reset");
  const refused: unknown = await post(first.url).catch((error: { code: string }) => error.code);
  expect(refused).toBe("ECONNREFUSED");
  const second = await start();
  expect((await post(second.url)).status).toBe(200);
  await second.stop();
});

test("APIs may begin below a base path, and only there", () =>
  withFakes({ a: { basePath: "/openai" } }, async ({ a }) => {
    expect(a.url).toEndWith("/openai");
    expect((await post(a.url)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${a.port}/v1/models`)).status).toBe(404);
  }));

test("over TLS it answers who trusts its certificate, and faults strike as without", () =>
  withFakes({ a: { tls: selfSigned } }, async ({ a }) => {
    const trusting = (): Promise<Response> =>
      fetch(a.url + chat.path, {
        method: "POST",
        body: JSON.stringify(body),
        tls: { ca: selfSigned.cert },
      });
    expect(a.url).toStartWith("https://");
    expect((await trusting()).status).toBe(200);
    a.script([{ kind: "reset", when: "before-head" }]);
    const code: unknown = await trusting().catch((error: { code: string }) => error.code);
    expect(code).toBe("ECONNRESET");
    const refused: unknown = await post(a.url).catch((error: { code: string }) => error.code);
    expect(refused).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  }));

test("HEAD gets a head only and OPTIONS no body", () =>
  withFakes({ a: {} }, async ({ a }) => {
    const head = await rawRequest(a.url, { method: "HEAD", path: "/v1/models" });
    await head.ended;
    expect(head.text()).toEndWith("\r\n\r\n");
    expect(head.text()).toMatch(/content-length: [1-9]/);
    const options = await rawRequest(a.url, { method: "OPTIONS", path: chat.path });
    expect((await options.whole()).status).toBe(204);
  }));

test("a server that keeps no records still answers", () =>
  withFakes({ a: { keepRequests: false } }, async ({ a }) => {
    expect((await post(a.url)).status).toBe(200);
    expect(a.requests()).toBeEmpty();
  }));
