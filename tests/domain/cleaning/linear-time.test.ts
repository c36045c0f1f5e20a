import { describe, expect, test } from "bun:test";
import { filterFor } from "../../../src/domain/cleaning/clean-text.ts";
import { chatSlots } from "../../../src/domain/protocols/openai-chat/slots.ts";
import { createStreamCleaner } from "../../../src/domain/cleaning/stream-cleaner.ts";
import { cleanPieces, cutAt, policies } from "./cutting.ts";
import { bytes, sseStream } from "./streams.ts";
import { createSseSplitter } from "../../../src/domain/bytes/sse.ts";
import { isRecord, parseJson } from "../../../src/domain/bytes/json.ts";
import { ownMs } from "../../lab/own-time.ts";

const size = 100_000;
const hostile = [
  "<",
  "`",
  "[",
  "<th",
  "[json]",
  "\n",
  " ",
  "\t\r\n",
  "```\n",
  "\n```json\n",
  "~~~\n",
  "</",
  "<think>",
  "<think></think>",
  "<think>\n \n",
  "```json\n\n",
  '[json]{"',
  "[json][",
  "``` \n {",
].map((unit) => [JSON.stringify(unit), unit] as const);

const longest = policies.filter(({ stripJsonMarkdown }) => stripJsonMarkdown);

/** ms for the text in pieces of so many characters, under every policy that has two filters to pass, and JSON's alone. */
function spent(text: string, step: number): number {
  const pieces = cutAt(
    text,
    Array.from({ length: text.length / step }, (_, at) => at * step),
  );
  return ownMs(() => {
    for (const policy of longest) cleanPieces(policy, pieces);
  });
}

describe("a hostile answer costs time in proportion to its length", () => {
  test.each(hostile)("100,000 characters of %s", (_name, unit) => {
    const text = unit.repeat(size / unit.length);
    // Linear, they take some 20 ms; read again from the start for each piece, they would take minutes.
    expect(spent(text, text.length)).toBeLessThan(2_000);
    expect(spent(text, 8)).toBeLessThan(2_000);
  });
});

test("no more waits than a tag or a fence line, whatever the answer", () => {
  for (const policy of policies.filter(({ thinkingPrefilled }) => !thinkingPrefilled))
    for (const [, unit] of hostile) {
      if (unit.trim() === "" || /^<think>\s+$/.test(unit)) continue;
      let settled = 0;
      let pushed = 0;
      const filter = filterFor(policy)!((_fate, text) => {
        settled += text.length;
      });
      for (const char of `x\n${unit.repeat(500)}`) {
        filter.push(char);
        pushed++;
        expect(pushed - settled).toBeLessThan(100);
      }
      filter.end();
      expect(settled).toBe(pushed);
    }
});

test("ten thousand events of parallel choices that all have to wait leave at once", () => {
  const event = { choices: [0, 1, 2].map((index) => ({ index, delta: { content: "a" } })) };
  const [frame] = createSseSplitter().push(bytes(sseStream(event)));
  const json = parseJson(frame?.data ?? "");
  const cleaner = createStreamCleaner(chatSlots, {
    stripThinking: "strip",
    stripJsonMarkdown: false,
    thinkingPrefilled: true,
  })!;
  const spentOnAll = ownMs(() => {
    for (let count = 0; count < 10_000; count++)
      expect(cleaner.frame(frame!, isRecord(json) ? json : null)).toHaveLength(0);
    expect(cleaner.end()).toHaveLength(10_000);
    expect(cleaner.end()).toHaveLength(0);
  });
  expect(spentOnAll).toBeLessThan(2_000);
});
