// Bodies in a content coding: requests are decoded and routed, answers told apart from their labels.
import { describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { useFieldLab } from "../lab/field-lab.ts";

const lab = useFieldLab(
  { MAX_REQUEST_SIZE: "100000" },
  () => `
routes:
  - match: { model: "by-rule" }
    route: { upstream: two, model: "m" }
`,
);

const codings = {
  gzip: gzipSync,
  "x-gzip": gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const;
type CodingName = keyof typeof codings;

const post = (path: string, bytes: Uint8Array, coding: string): Promise<Response> =>
  fetch(lab.router.url + path, {
    method: "POST",
    headers: { "content-encoding": coding, "content-type": "application/json" },
    body: bytes,
  });

// https://github.com/QuantumNous/new-api/issues/4913
describe.each(Object.keys(codings) as CodingName[])("a request body in %s", (coding) => {
  const packed = (value: object): Uint8Array => codings[coding](JSON.stringify(value));

  test.each([
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/v1/messages",
    "/api/chat",
    "/api/generate",
    "/api/embed",
    "/v1/files",
  ])("is decoded and routed by its model on %s", async (path) => {
    const answer = await post(
      path,
      packed({
        model: "by-rule",
        messages: [{ role: "user", content: "hi" }],
        input: "hi",
        prompt: "hi",
        stream: false,
      }),
      coding,
    );
    await answer.arrayBuffer();
    expect(answer.headers.get("x-smolrouter-upstream")).toBe("two");
    const call = lab.two.requests().findLast(({ method }) => method === "POST");
    expect(new Headers(call?.headers as [string, string][]).has("content-encoding")).toBe(false);
    expect(call?.json).toMatchObject({ model: "m" });
  });

  test("that unpacks to more than MAX_REQUEST_SIZE gets 413", async () => {
    const answer = await post(
      "/v1/chat/completions",
      packed({ model: "by-rule", pad: "x".repeat(2_000_000) }),
      coding,
    );
    expect(answer.status).toBe(413);
    expect(lab.two.calls()).toHaveLength(0);
  });

  test("that is cut off gets 400", async () => {
    const bytes = packed({ model: "by-rule", messages: [], pad: Math.PI.toString().repeat(50) });
    const answer = await post("/v1/chat/completions", bytes.subarray(0, bytes.length - 12), coding);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("error");
  });

  test("is kept readable in the log", async () => {
    const answer = await post(
      "/v1/chat/completions",
      packed({ model: "by-rule", messages: [{ role: "user", content: "legible" }] }),
      coding,
    );
    await answer.arrayBuffer();
    expect((await lab.rowOf(answer.headers)).request_body).toContain("legible");
  });
});

test("codings one over the other are decoded in their order", async () => {
  const bytes = gzipSync(brotliCompressSync('{"model":"by-rule","messages":[]}'));
  const answer = await post("/v1/chat/completions", bytes, "br, gzip");
  expect([200, 415]).toContain(answer.status);
});

test.each(["compress", "lz4", "aes128gcm"])(
  "a body in %s gets 415 that names it",
  async (coding) => {
    for (const path of ["/v1/chat/completions", "/v1/responses", "/api/chat"]) {
      const answer = await post(path, Uint8Array.of(1, 2, 3, 4), coding);
      expect(answer.status).toBe(415);
      expect(await answer.text()).toContain(coding);
    }
  },
);

test.each(["gzip", "deflate", "br", "zstd", "identity", "utf-8"])(
  "a plain body under Content-Encoding: %s passes",
  async (coding) => {
    const answer = await post(
      "/v1/chat/completions",
      new TextEncoder().encode('{"model":"by-rule","messages":[]}'),
      coding,
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-smolrouter-upstream")).toBe("two");
  },
);

// https://github.com/Badgerati/Pode/issues/1604
test("a byte order mark before the JSON is skipped, and the model spliced", async () => {
  const answer = await lab.router.post(
    "/v1/chat/completions",
    '\uFEFF{"model":"by-rule","messages":[]}',
  );
  expect(answer.headers.get("x-smolrouter-upstream")).toBe("two");
  expect(lab.two.calls().at(-1)?.json).toMatchObject({ model: "m" });
});
