import { describe, expect, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "bun";
import { deflateRawSync, deflateSync } from "node:zlib";
import {
  type Coding,
  formatOf,
  looksPlain,
  requestCodings,
} from "../../../src/domain/bytes/content-codings.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test.each<[string, readonly string[]]>([
  ["gzip", ["gzip"]],
  ["X-GZip", ["x-gzip"]],
  [" deflate ", ["deflate"]],
  ["br, zstd", ["br", "zstd"]],
  ["identity", []],
  ["", []],
  ["identity, gzip,", ["gzip"]],
])("a Content-Encoding of %p names %p", (header, codings) => {
  expect(requestCodings([["content-encoding", header]])).toEqual(codings as Coding[]);
});

test.each([
  ["compress", "compress"],
  ["gzip, aes128gcm", "aes128gcm"],
  ["constructor", "constructor"],
  ["gzip;q=1", "gzip;q=1"],
])("one of %p is refused in words that name %p, and what would do", (header, named) => {
  const reported = requestCodings([["content-encoding", header]]);
  expect(reported).toMatchObject({
    kind: "unsupported_encoding",
    message: expect.stringContaining(`"${named}"`),
    headers: [["accept-encoding", "gzip, deflate, br, zstd"]],
  });
});

test("one that stacks codings without end is refused", () => {
  const header = Array.from({ length: 1_000 }, () => "gzip").join();
  expect(requestCodings([["content-encoding", header]])).toMatchObject({
    kind: "unsupported_encoding",
  });
});

test("no Content-Encoding names none", () => {
  expect(requestCodings([["content-type", "application/json"]])).toEqual([]);
});

describe("a body says by its first bytes what it is", () => {
  const json = bytes('{"model":"m"}');
  test.each<[Coding, Uint8Array, string | null]>([
    ["gzip", gzipSync(json), "gzip"],
    ["x-gzip", gzipSync(json), "gzip"],
    ["gzip", json, null],
    ["gzip", new Uint8Array(0), null],
    ["deflate", deflateSync(json), "deflate"],
    ["deflate", deflateSync(json, { level: 9 }), "deflate"],
    ["deflate", deflateRawSync(json), "deflate-raw"],
    ["zstd", zstdCompressSync(json), "zstd"],
    ["zstd", new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]), "zstd"],
    ["zstd", json, null],
    ["br", json, "brotli"],
  ])("%s", (coding, body, format) => {
    expect(formatOf(coding, body)).toBe(format as ReturnType<typeof formatOf>);
  });
});

test.each([
  [bytes('{"model":"m"}'), true],
  [bytes("\ufeff\r\n\t[1]"), true],
  [bytes("ü".repeat(300)), true],
  [new Uint8Array(0), true],
  [new Uint8Array([0x8b, 0x08, 0x80]), false],
  [bytes("a\0b"), false],
  [gzipSync(bytes("{}")).subarray(0, 12), false],
])("%p looks like a plain body: %p", (body, plain) => {
  expect(looksPlain(body)).toBe(plain);
});
