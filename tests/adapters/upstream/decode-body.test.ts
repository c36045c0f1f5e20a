import { describe, expect, test } from "bun:test";
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { decodeBody, NotInCoding } from "../../../src/adapters/upstream/decode-body.ts";
import type { Upstreams } from "../../../src/ports/browse.ts";
import { withRouter } from "../../lab/start-router.ts";

const said = `{"choices":[{"index":0,"message":{"role":"assistant","content":"Grüße, ${"so ".repeat(40)}"},"finish_reason":"stop"}]}`;
const plain = Buffer.from(said);

const sound: readonly [name: string, header: string, body: Uint8Array][] = [
  ["gzip", "gzip", gzipSync(said)],
  ["gzip under its old name", "X-GZIP", gzipSync(said)],
  ["deflate", "deflate", deflateSync(said)],
  ["deflate without its head, which browsers and curl take", "deflate", deflateRawSync(said)],
  ["brotli", "br", brotliCompressSync(said)],
  ["zstd", "zstd", zstdCompressSync(said)],
  ["two codings", "gzip, br", brotliCompressSync(gzipSync(said))],
  ["plain text said to be gzip", "gzip", plain],
  ["plain text said to be deflate", "deflate", plain],
  ["plain text said to be brotli", "br", plain],
  ["plain text said to be zstd", "zstd", plain],
  ["gzip said to be gzip twice", "gzip, gzip", gzipSync(said)],
  ["identity", "identity", plain],
];

const inPieces = (...pieces: readonly Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });

const read = (coding: string, ...pieces: readonly Uint8Array[]) => {
  const { headers, stream } = decodeBody([["content-encoding", coding]], inPieces(...pieces));
  expect(headers).toEqual([]);
  return new Response(stream).text();
};

describe("what an upstream encodes is understood by what it is", () => {
  test.each(sound)("%s, cut anywhere", async (_, header, body) => {
    for (let at = 0; at <= body.length; at += at < 12 ? 1 : 17)
      expect(await read(header, body.subarray(0, at), body.subarray(at))).toBe(said);
  });

  test("an empty body is empty in every coding", async () => {
    for (const coding of ["gzip", "deflate", "br", "zstd"]) expect(await read(coding)).toBe("");
  });

  test("a coding nobody knows passes with its header", () => {
    const body = inPieces(plain);
    const headers = [["content-encoding", "gzip, compress"]] as const;
    expect(decodeBody(headers, body)).toEqual({ headers, stream: body });
  });
});

describe("what is not in its coding is reported as that", () => {
  const noise = Uint8Array.from({ length: 64 }, (_, at) => (at * 167 + 129) % 256);
  test.each([
    ["gzip", noise],
    ["zstd", noise],
    ["br", noise],
    ["deflate", noise],
    ["gzip", gzipSync(said).subarray(0, 60)],
    ["gzip", Buffer.concat([gzipSync(said).subarray(0, 40), noise])],
  ])("%s", async (coding, body) => {
    const failure: unknown = await read(coding, body).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotInCoding);
    expect(String(failure)).toContain(
      `body is not ${coding} although its Content-Encoding says so`,
    );
  });

  test("a connection that breaks within the body is a broken connection", async () => {
    const lost = Object.assign(new Error("lost"), { code: "ECONNRESET" });
    let first = true;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (first) controller.enqueue(gzipSync(said).subarray(0, 40));
        else controller.error(lost);
        first = false;
      },
    });
    const { stream } = decodeBody([["content-encoding", "gzip"]], source);
    const failure: unknown = await new Response(stream).text().catch((error: unknown) => error);
    expect(failure).toBe(lost);
  });
});

test("a body that is not in its coding fails over, and does not count against the server", async () => {
  const bad = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ method }) =>
      method === "GET"
        ? Response.json({ data: [] })
        : new Response(new Uint8Array(64).fill(1), {
            headers: { "content-type": "application/json", "content-encoding": "gzip" },
          }),
  });
  const good = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () =>
      new Response(said, {
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
      }),
  });
  const routes = `
servers: { bad: "http://127.0.0.1:${bad.port}", good: "http://127.0.0.1:${good.port}" }
aliases: { both: { instances: [bad/m, good/m] } }
`;
  try {
    await withRouter({ routes }, async (router) => {
      const ask = (model: string, stream = false) =>
        router.post("/v1/chat/completions", { model, stream, messages: [] });
      for (const stream of [false, true, false]) {
        const answer = await ask("both", stream);
        expect(await answer.text()).toBe(said);
        expect(answer.headers.get("content-encoding")).toBeNull();
        expect(answer.headers.get("x-smolrouter-upstream")).toBe("good");
      }
      const alone = await ask("bad/m");
      expect([alone.status, await alone.text()]).toEqual([
        502,
        expect.stringContaining("body is not gzip although its Content-Encoding says so"),
      ]);
      const { upstreams } = (await (
        await fetch(`${router.url}/api/upstreams`)
      ).json()) as Upstreams;
      expect(upstreams[0]).toMatchObject({ name: "bad", state: "well", failures: 0 });
      const [, row] = await router.rows();
      expect(row?.attempts).toMatchObject([{ reason: "bad_encoding" }, { reason: "served" }]);
    });
  } finally {
    await Promise.all([bad.stop(true), good.stop(true)]);
  }
});
