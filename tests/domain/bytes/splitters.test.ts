import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { joinBytes } from "../../../src/domain/bytes/join-bytes.ts";
import type { Frame, Splitter } from "../../../src/domain/bytes/frame.ts";
import { createNdjsonSplitter } from "../../../src/domain/bytes/ndjson.ts";
import { createSseSplitter } from "../../../src/domain/bytes/sse.ts";
import { ownMs } from "../../lab/own-time.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function split(create: () => Splitter, chunks: readonly Uint8Array[]): Frame[] {
  const splitter = create();
  const frames = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  const rest = splitter.end();
  return rest === null ? frames : [...frames, rest];
}

/** What the events say, without the empty ones that an unlucky cut of a CRLF leaves. */
function said(frames: readonly Frame[]): (readonly [string | null, string | null])[] {
  return frames
    .filter(({ data, event }) => data !== null || event !== null)
    .map((f) => [f.event, f.data]);
}

const stream =
  ': hello\n\ndata: {"a":1}\n\ndata: first\ndata: second\n\nevent: delta\r\ndata: crlf 🙂\r\n\r\n' +
  "data: cr\r\rdata:nospace\n\nid: 7\nretry: 10\n\ndata\n\ndata: [DONE]\n\n";
const events = [
  [null, '{"a":1}'],
  [null, "first\nsecond"],
  ["delta", "crlf 🙂"],
  [null, "cr"],
  [null, "nospace"],
  [null, ""],
  [null, "[DONE]"],
];

describe("server-sent events are cut at blank lines, whatever the pieces", () => {
  const whole = bytes(stream);

  test("whole", () => {
    expect(said(split(createSseSplitter, [whole]))).toEqual(events as never);
  });

  test("cut at every byte, and every byte by itself, they say the same and keep every byte", () => {
    const cuts = Array.from({ length: whole.length }, (_, at) => [
      whole.slice(0, at),
      whole.slice(at),
    ]);
    cuts.push(Array.from(whole, (byte) => Uint8Array.of(byte)));
    for (const chunks of cuts) {
      const frames = split(createSseSplitter, chunks);
      expect(said(frames)).toEqual(events as never);
      expect(joinBytes(frames.map((frame) => frame.bytes))).toEqual(whole);
    }
  });

  test("what is held, given back at any byte and taken in again with the rest, is cut in the same way", () => {
    for (let at = 0; at <= whole.length; at++) {
      const splitter = createSseSplitter();
      const before = splitter.push(whole.subarray(0, at));
      const held = splitter.held();
      const back = splitter.giveBack();
      if (back.length > 0) {
        expect(joinBytes(back).length).toBe(held);
        expect({ held: splitter.held(), between: splitter.between() }).toEqual({
          held: 0,
          between: true,
        });
      } else expect(splitter.held()).toBe(held);
      const after = splitter.push(joinBytes([...back, whole.subarray(at)]));
      const unmoved = split(createSseSplitter, [whole.subarray(0, at), whole.subarray(at)]);
      expect([...before, ...after]).toEqual(unmoved);
    }
  });

  test("an event without its blank line comes at the end of the stream", () => {
    const splitter = createSseSplitter();
    expect(splitter.push(bytes("data: [DONE]"))).toEqual([]);
    expect(splitter.held()).toBe(12);
    expect(splitter.end()?.data).toBe("[DONE]");
  });

  test("a four-megabyte event in kilobyte pieces takes linear time", () => {
    const big = bytes(`data: "${"x".repeat(4 << 20)}"\n\n`);
    const splitter = createSseSplitter();
    let frames = 0;
    const took = ownMs(() => {
      for (let at = 0; at < big.length; at += 1_024)
        frames += splitter.push(big.subarray(at, at + 1_024)).length;
    });
    expect(frames).toBe(1);
    expect(took).toBeLessThan(1_000);
  });

  test("an event of a million lines is read in linear time", () => {
    const lines = 1_000_000;
    const splitter = createSseSplitter();
    const took = ownMs(() => {
      const [frame] = splitter.push(bytes(`${"data: x\n".repeat(lines)}\n`));
      expect(frame?.data?.length).toBe(2 * lines - 1);
    });
    expect(took).toBeLessThan(2_000);
  });

  test("blank lines in a row are one frame, which says nothing", () => {
    const splitter = createSseSplitter();
    const said = splitter.push(bytes("\n\r\n\n\rdata: a\n\n\n\n")).map(({ data }) => data);
    expect(said).toEqual([null, "a"]);
  });

  test("only a mark at the event's start is not part of it", () => {
    const mark = "\ufeff";
    const splitter = createSseSplitter();
    const [frame] = splitter.push(bytes(`${mark}data: ${mark}a\ndata: ${mark}b\n\n`));
    expect(frame?.data).toBe(`${mark}a\n${mark}b`);
  });
});

describe.each([
  ["SSE", createSseSplitter, "\n\n"],
  ["NDJSON", createNdjsonSplitter, "\n"],
])("an event too large to hold, %s", (_name, create, end) => {
  test("is given up as the pieces that came, not a copy of them, and goes on after that", () => {
    const splitter = create();
    const pieces = [bytes('data: {"a'), bytes(":1,"), bytes('"b"')];
    for (const piece of pieces) expect(splitter.push(piece)).toEqual([]);
    const torn = splitter.tear();
    expect(torn.map(({ buffer }) => buffer)).toEqual(pieces.map(({ buffer }) => buffer));
    expect(splitter.held()).toBe(0);
    expect(splitter.tear()).toEqual([]);
    const [rest, next] = splitter.push(bytes(`:2}${end}data: 3${end}`));
    expect(new TextDecoder().decode(rest?.bytes)).toBe(`:2}${end}`);
    expect(next?.data).toContain("3");
  });
});

describe("random bytes are never lost", () => {
  const soup = fc.array(fc.constantFrom("\n", "\r", "\r\n", "data: ", ":", "x", "🙂", "event: a"), {
    maxLength: 40,
  });
  test.each([
    ["SSE", createSseSplitter],
    ["NDJSON", createNdjsonSplitter],
  ])("%s", (_name, create) => {
    fc.assert(
      fc.property(soup, fc.array(fc.nat(80), { maxLength: 6 }), (parts, cuts) => {
        const whole = bytes(parts.join(""));
        const at = [
          0,
          ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b),
          whole.length,
        ];
        const chunks = at.slice(1).map((end, index) => whole.slice(at[index], end));
        const frames = split(create, chunks);
        expect(joinBytes(frames.map((frame) => frame.bytes))).toEqual(whole);
        expect(said(frames)).toEqual(said(split(create, [whole])));
      }),
      { numRuns: 2_000 },
    );
  });
});

test("NDJSON lines are events, blank lines carry nothing", () => {
  const frames = split(createNdjsonSplitter, [bytes('{"a":1}\r\n\n{"b"'), bytes(':2}\n{"c":3}')]);
  expect(said(frames).map(([, data]) => data)).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
});
