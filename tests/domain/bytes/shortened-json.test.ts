// Long strings are cut, all else stays, and what is no JSON object is left alone.
import { expect, test } from "bun:test";
import { shortenedJson } from "../../../src/domain/bytes/shortened-json.ts";
import { createRandom } from "../../lab/random.ts";

const random = createRandom(17);
const most = 1_000;
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const parsed = (bytes: Uint8Array) =>
  JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;

/** What is awkward to cut: escapes of every length, and characters of every length. */
const awkward = ["a", "\\", '"', "\n", "\u0001", "é", "晴", "😀", "\ud800", "\\u", '\\"', "\\\\"];
const awkwardText = (pieces: number) =>
  Array.from({ length: pieces }, () => random.pick(awkward)).join("");

/** The beginning of one is the other, or they are the same; lists and records hold the same. */
function isShortened(whole: unknown, short: unknown): boolean {
  if (typeof whole === "string" && typeof short === "string")
    return whole === short || (whole.startsWith(short) && short.length >= most / 6 - 1);
  if (typeof whole !== "object" || typeof short !== "object") return whole === short;
  return Object.entries(whole ?? {}).every(([key, value]) =>
    isShortened(value, (short as Record<string, unknown>)[key]),
  );
}

test("a string that is long is cut, wherever the cut falls", () => {
  for (let round = 0; round < 300; round++) {
    const start = awkwardText(random.int(0, 300));
    const long = `${start}${"x".repeat(random.int(0, 1_500))}${awkwardText(300)}${"y".repeat(300_000)}`;
    const body = { model: start, messages: [{ content: long, n: 1.5 }, { content: "short" }] };
    const bytes = bytesOf(body);
    const short = shortenedJson(bytes, most);
    expect(short?.length).toBeLessThan(bytes.length / 2);
    expect(isShortened(body, parsed(short ?? bytes))).toBe(true);
  }
});

test("a string that is long keeps as much as was asked for", () => {
  const short = shortenedJson(bytesOf({ a: "é".repeat(200_000), b: 1 }), most);
  expect(parsed(short ?? new Uint8Array())).toEqual({ a: "é".repeat(most / 2), b: 1 });
});

test.each<[string, Uint8Array]>([
  ["a short one", bytesOf({ a: "x".repeat(100_000) })],
  ["one of many short strings", bytesOf(Array.from({ length: 30_000 }, () => "x".repeat(20)))],
  [
    "an object of many short strings beside a long one",
    bytesOf({ a: Array.from({ length: 30_000 }, () => "xy"), b: "x".repeat(300_000) }),
  ],
  ["one whose strings are full of quotation marks", bytesOf({ a: '"'.repeat(300_000) })],
  ["one without strings", bytesOf({ a: Array(100_000).fill(1) })],
  ["another kind of text", new TextEncoder().encode(`data: "${"x".repeat(300_000)}"`)],
  ["one that breaks off in a string", new TextEncoder().encode(`{"a":"${"x".repeat(300_000)}`)],
  [
    "lines with a quotation mark too many",
    new TextEncoder().encode(`{"a":1"}\n{"b":"${"x".repeat(1_000)}"}\n`.repeat(300)),
  ],
])("%s is left as it is", (_, bytes) => {
  expect(shortenedJson(bytes, most)).toBeNull();
});
