// Bodies in a content coding: read as what they hold, and sent on plain.
// https://github.com/QuantumNous/new-api/issues/4913: agents compress what they send.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { zstdCompressSync } from "bun";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { startRouter, type TestRouter, withRouter } from "../lab/start-router.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";

let fake: FakeModel;
let ollama: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  fake = await startFakeModel({ name: "a", models: ["m"] });
  ollama = await startFakeModel({ name: "b", models: ["n"] });
  router = await startRouter({
    env: { DEFAULT_UPSTREAM: fake.url },
    routes: `
servers: { native: { url: "${ollama.url}", type: ollama } }
aliases: { coder: { instances: ["native/n"] } }
routes: [{ match: { model: renamed }, route: { model: m } }]
`,
  });
});
afterAll(async () => {
  await router.stop();
  await fake.stop();
  await ollama.stop();
});

type Encoder = (bytes: Uint8Array) => Uint8Array;
const encoders: readonly (readonly [string, Encoder])[] = [
  ["gzip", (bytes) => gzipSync(bytes)],
  ["x-gzip", (bytes) => gzipSync(bytes)],
  ["GZIP", (bytes) => gzipSync(bytes)],
  ["deflate", (bytes) => deflateSync(bytes)],
  ["deflate", (bytes) => deflateRawSync(bytes)],
  ["br", (bytes) => brotliCompressSync(bytes)],
  ["zstd", (bytes) => zstdCompressSync(bytes)],
  ["gzip, br", (bytes) => brotliCompressSync(gzipSync(bytes))],
  ["identity", (bytes) => bytes],
  // Plain, whatever the header says.
  ["gzip", (bytes) => bytes],
  ["deflate", (bytes) => bytes],
  ["br", (bytes) => bytes],
  ["zstd", (bytes) => bytes],
  ["br, gzip", (bytes) => gzipSync(bytes)],
];

const messages = [{ role: "user", content: "hi" }];
const paths: readonly (readonly [path: string, body: object])[] = [
  ["/v1/chat/completions", { model: "renamed", messages }],
  ["/v1/completions", { model: "renamed", prompt: "hi" }],
  ["/v1/embeddings", { model: "renamed", input: "hi" }],
  ["/v1/responses", { model: "renamed", input: "hi" }],
  ["/v1/messages", { model: "renamed", messages }],
  ["/v1/files", { model: "renamed", any: "thing" }],
  ["/api/chat", { model: "coder", messages, stream: false }],
  ["/api/generate", { model: "coder", prompt: "hi", stream: false }],
  ["/api/embed", { model: "coder", input: "hi" }],
];

const post = (path: string, coding: string, body: Uint8Array, to = router) =>
  fetch(to.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": coding },
    body: body as Uint8Array<ArrayBuffer>,
  });

describe.each(encoders)("a body in %s", (coding, encode) => {
  test.each(paths)("to %s is routed by its model and goes on plain", async (path, body) => {
    const plain = new TextEncoder().encode(JSON.stringify(body));
    const response = await post(path, coding, encode(plain));
    expect(response.headers.get("x-smolrouter-model")).toBe(path.startsWith("/v1") ? "m" : "n");
    const server = path.startsWith("/v1") ? fake : ollama;
    const sent = server.requests().findLast((request) => request.path === path)!;
    expect(sent.headers.map(([name]) => name)).not.toContain("content-encoding");
    expect(JSON.parse(new TextDecoder().decode(sent.body))).toEqual({
      ...body,
      model: path.startsWith("/v1") ? "m" : "n",
    });
  });
});

test("an upload's bytes are the decoded ones, plain ones as they were", async () => {
  const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n';
  const text = new TextEncoder();
  const form = Buffer.concat([
    text.encode(head),
    new Uint8Array(2_000).map((_, at) => (at * 7) % 256),
    text.encode("\r\n--b--\r\n"),
  ]);
  for (const body of [form, gzipSync(form), brotliCompressSync(form)])
    for (const coding of ["gzip", "br"]) {
      if (body !== form && (body[0] === 0x1f) !== (coding === "gzip")) continue;
      await fetch(`${router.url}/v1/files`, {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=b", "content-encoding": coding },
        body: body as Uint8Array<ArrayBuffer>,
      });
      expect(
        Buffer.from(
          fake.requests().findLast((request) => request.path === "/v1/files")!.body,
        ).equals(form),
      ).toBeTrue();
    }
});

test("another coding gets 415, which names it and what would do", async () => {
  const response = await post("/v1/responses", "gzip, snappy", new Uint8Array([1, 2, 3]));
  expect(response.status).toBe(415);
  expect(response.headers.get("accept-encoding")).toBe("gzip, deflate, br, zstd");
  expect(await response.text()).toContain('\\"snappy\\"');
  const [row] = await router.rows();
  expect(row).toMatchObject({ status_code: 415, state: "failed" });
  expect((await post("/api/chat", "snappy", new Uint8Array([1]))).status).toBe(415);
});

test.each(encoders.slice(0, 8).filter(([name]) => name !== "GZIP"))(
  "a body in %s that was cut off gets 400 in words",
  async (coding, encode) => {
    const body = encode(new TextEncoder().encode(JSON.stringify({ model: "m", messages })));
    const response = await post("/v1/chat/completions", coding, body.slice(0, -6));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Content-Encoding");
  },
);

test("the log keeps the body as it was read, and the copied curl fits it", async () => {
  const body = new TextEncoder().encode(JSON.stringify({ model: "m", messages }));
  await post("/v1/chat/completions", "gzip", gzipSync(body));
  const [row] = await router.rows();
  const detail = (await (await fetch(`${router.url}/api/logs/${row!.id}`)).json()) as {
    request_body: string;
    request_headers: [string, string][];
  };
  expect(JSON.parse(detail.request_body)).toEqual({ model: "m", messages });
  expect(detail.request_headers).toContainEqual(["content-encoding", "gzip"]);
  const page = await (await fetch(`${router.url}/request/${row!.id}`)).text();
  expect(page).not.toContain("-H &#39;content-encoding");
});

test("MAX_REQUEST_SIZE is of the decoded body: what would grow beyond it gets 413", () =>
  withRouter({ env: { DEFAULT_UPSTREAM: fake.url, MAX_REQUEST_SIZE: "100000" } }, async (own) => {
    const bomb = new Uint8Array(20 * 1024 * 1024).fill(32);
    for (const [coding, encode] of encoders.slice(0, 8)) {
      const response = await post("/v1/chat/completions", coding, encode(bomb), own);
      expect(response.status).toBe(413);
      expect(await response.text()).toContain("MAX_REQUEST_SIZE");
    }
    const allowed = new TextEncoder().encode(
      JSON.stringify({ model: "m", messages, pad: "x".repeat(90_000) }),
    );
    expect(
      (await post("/v1/chat/completions", "zstd", zstdCompressSync(allowed), own)).status,
    ).toBe(200);
  }));
