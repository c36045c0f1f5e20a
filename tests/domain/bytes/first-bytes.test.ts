import { describe, expect, test } from "bun:test";
import type { Framing } from "../../../src/domain/bytes/framing.ts";
import { createFirstBytes, type StreamKind } from "../../../src/domain/bytes/first-bytes.ts";

const labels: readonly Framing[] = ["none", "sse", "ndjson"];

function reported(
  kind: StreamKind,
  label: Framing,
  asked: boolean,
  pieces: readonly Uint8Array[],
): Framing {
  const first = createFirstBytes(kind, label, asked);
  for (const piece of pieces) {
    const framing = first.push(piece);
    if (framing !== null) return framing;
  }
  return first.end();
}

/** As one piece, byte by byte, and cut in two at every byte. */
function everyCut(text: string): readonly (readonly Uint8Array[])[] {
  const bytes = new TextEncoder().encode(text);
  const two = Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
  return [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte)), ...two];
}

const answer = '{"choices":[]}';
const line = '{"message":{"content":"é"}}';

describe("the first bytes say what a stream is, whatever its label, cut at any byte", () => {
  test.each<[StreamKind, string, Framing]>([
    ["sse", "data: {}\n\n", "sse"],
    ["sse", "data:{}\n\n", "sse"],
    ["sse", "event: message_start\n", "sse"],
    ["sse", "id: 1\n", "sse"],
    ["sse", "retry: 10\r\n", "sse"],
    ["sse", ": ping\n\n", "sse"],
    ["sse", "\uFEFFdata: {}\n\n", "sse"],
    ["sse", "\n\r\n\ndata: {}\n\n", "sse"],
    ["sse", "\uFEFF\n: ping\n", "sse"],
    ["sse", "data\n\n", "sse"],
    ["sse", "data", "sse"],
    ["ndjson", `${line}\n`, "ndjson"],
    ["ndjson", `${line}\r\n${line}\n`, "ndjson"],
    ["ndjson", `\n \n${line}\n`, "ndjson"],
    ["ndjson", `\uFEFF${line}\n`, "ndjson"],
  ])("%s %j is %s", (kind, text, framing) => {
    for (const label of labels)
      for (const pieces of everyCut(text))
        expect(reported(kind, label, true, pieces)).toBe(framing);
  });
});

describe("what is not a stream keeps its label, but whole JSON is not an event stream", () => {
  test.each<[StreamKind, Framing, string, Framing]>([
    ["sse", "sse", answer, "none"],
    ["sse", "sse", `\uFEFF\n  ${answer}`, "none"],
    ["sse", "sse", `[{"error":{}}]`, "none"],
    ["sse", "none", answer, "none"],
    ["sse", "none", "<!doctype html>", "none"],
    ["sse", "sse", "nonsense: 1\n\n", "sse"],
    ["sse", "none", "database: 1\n\n", "none"],
    ["sse", "none", " data: {}\n\n", "none"],
    ["sse", "none", "dat", "none"],
    ["sse", "sse", "", "sse"],
    ["sse", "none", "\n\n", "none"],
    ["ndjson", "none", '{\n  "done": true\n}', "none"],
    ["ndjson", "none", line, "none"],
    ["ndjson", "ndjson", line, "ndjson"],
    ["ndjson", "ndjson", "{garbage\n", "ndjson"],
    ["ndjson", "none", "<html>\n", "none"],
  ])("%s labelled %s: %j is %s", (kind, label, text, framing) => {
    for (const pieces of everyCut(text)) expect(reported(kind, label, true, pieces)).toBe(framing);
  });
});

test.each<[string, Framing]>([
  [`${line}\n`, "none"],
  [`${line}\n\n`, "none"],
  [`${line}\n${line}\n`, "ndjson"],
])("where no stream was asked for, %j is %s", (text, framing) => {
  for (const pieces of everyCut(text))
    expect(reported("ndjson", "none", false, pieces)).toBe(framing);
});

test("blank lines are not waited out for ever", () => {
  const first = createFirstBytes("sse", "none", true);
  const blank = new Uint8Array(256 * 1024).fill(0x0a);
  const tellings = Array.from({ length: 5 }, () => first.push(blank));
  expect(tellings).toEqual([null, null, null, null, "none"]);
});
