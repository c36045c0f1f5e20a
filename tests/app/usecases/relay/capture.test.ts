// What is kept of an answer for the log: what came, and what the client got where that is another matter.
import { expect, test } from "bun:test";
import {
  captureWhole,
  createCapture,
  createDelivered,
} from "../../../../src/app/usecases/relay/capture.ts";
import { createBudget } from "../../../../src/domain/failover/budget.ts";
import { reportedUsage } from "../../../../src/domain/log/reported-usage.ts";
import type { CapturedBody } from "../../../../src/domain/log/log-entry.ts";
import { createRandom } from "../../../lab/random.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body: CapturedBody | null) =>
  body && { text: Buffer.concat(body.chunks).toString(), truncated: body.truncated };

interface Case {
  readonly name: string;
  readonly cap?: number;
  readonly received: readonly string[];
  /** Pieces given to the client; from the one marked on, the answer is a changed one. */
  readonly given: readonly string[];
  readonly changedFrom?: number;
  readonly kept: { readonly text: string; readonly truncated: boolean } | null;
}

const whole = (kept: string) => ({ text: kept, truncated: false });

test.each<Case>([
  { name: "nothing changes", received: ["ab", "cd"], given: ["a", "bcd"], kept: null },
  {
    name: "all is changed",
    received: ["ab", "cd"],
    given: ["x", "y"],
    changedFrom: 0,
    kept: whole("xy"),
  },
  {
    name: "a change within a piece received",
    received: ["abc", "def", "ghi"],
    given: ["ab", "cd", "X", "hi"],
    changedFrom: 2,
    kept: whole("abcdXhi"),
  },
  {
    name: "the last part is left out",
    received: ["abc", "def"],
    given: ["abcd"],
    changedFrom: 1,
    kept: whole("abcd"),
  },
  {
    name: "more than is kept",
    cap: 4,
    received: ["abc", "def"],
    given: ["ab", "cdXef"],
    changedFrom: 1,
    kept: { text: "abcd", truncated: true },
  },
])("$name", ({ cap = 100, received, given, changedFrom, kept }) => {
  const limits = { captureCap: cap, captureBudget: createBudget(1_000) };
  const capture = createCapture(limits);
  for (const piece of received) capture.add(bytes(piece));
  let place = 0;
  const changed = () => changedFrom !== undefined && place >= changedFrom;
  const delivered = createDelivered(limits, capture, { changed });
  for (; place < given.length; place++) delivered.add(bytes(given[place] ?? ""));
  expect(text(delivered.body())).toEqual(kept);
});

test("a stream's many small pieces are kept side by side, each byte once and in order, at any time", () => {
  const budget = createBudget(1 << 20);
  const capture = createCapture({ captureCap: 1 << 20, captureBudget: budget });
  let sent = "";
  for (let number = 0; number < 3_000; number++) {
    const piece = number % 500 === 499 ? `large ${"x".repeat(5_000)}` : `event ${number};`;
    sent += piece;
    capture.add(bytes(piece));
    if (number % 97 === 0) expect(text(capture.body())).toEqual(whole(sent));
  }
  const body = capture.body();
  expect(text(body)).toEqual(whole(sent));
  expect(body!.chunks.length).toBeLessThan(40);
  expect(budget.taken()).toBe(sent.length);
  const held = new Set(body!.chunks.map(({ buffer }) => buffer));
  const allocated = [...held].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(allocated).toBeLessThan(4 * sent.length);
});

test("a stream's block is cut where the cap is, and stays so", () => {
  const limits = { captureCap: 100, captureBudget: createBudget(1_000) };
  const capture = createCapture(limits);
  for (let number = 0; number < 50; number++) capture.add(bytes("abcdefg"));
  expect(text(capture.body())).toEqual({
    text: "abcdefg".repeat(15).slice(0, 100),
    truncated: true,
  });
  expect(capture.size()).toBe(350);
});

test("where only usage counts, a capture of any answer reports the same as all of it, and stays small", () => {
  const random = createRandom(5);
  const between = (from: number, to: number) => random.int(from, to);
  for (let round = 0; round < 300; round++) {
    const usage = `"usage":{"prompt_tokens":${between(1, 999)},"completion_tokens":${between(1, 999)}}`;
    const filler = `"content":"${"x".repeat(between(0, random.chance(0.5) ? 3_000 : 200_000))}"`;
    const answer = random.chance(0.5)
      ? `{"choices":[{"message":{${filler}}}],${usage}}`
      : `data: {${filler}}\n\n${"data: {}\n\n".repeat(between(0, 9_000))}data: {"choices":[],${usage}}\n\n${": \n\n".repeat(between(0, 7_000))}data: [DONE]\n\n`;
    const all = bytes(answer);
    const limits = { captureCap: 1 << 30, captureBudget: createBudget(1 << 30), usageOnly: true };
    const capture = createCapture(limits);
    const largest = between(1, random.chance(0.5) ? 300 : 100_000);
    for (let at = 0; at < all.length;) {
      const end = Math.min(all.length, at + between(1, largest));
      capture.add(all.subarray(at, end));
      at = end;
    }
    expect(capture.size()).toBe(all.length);
    const whole = reportedUsage({ chunks: [all], truncated: false });
    expect(whole.prompt).not.toBeNull();
    expect({ round, ...reportedUsage(capture.body()) }).toEqual({ round, ...whole });
    const kept = capture.body()!.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    expect(kept).toBeLessThan(120_000);
  }
});

test("where only usage counts, neither requests nor what clients get are kept", () => {
  const budget = createBudget(1_000);
  const limits = { captureCap: 100, captureBudget: budget, usageOnly: true };
  expect(captureWhole(bytes("abc"), limits).body()).toBeNull();
  const received = createCapture(limits);
  received.add(bytes("abc"));
  const delivered = createDelivered(limits, received, { changed: () => true });
  delivered.add(bytes("x"));
  expect(delivered.body()).toBeNull();
  expect(budget.taken()).toBe(0);
});

test("a long stream's full blocks are packed, and whoever reads the body at any time gets it as it came", () => {
  const random = createRandom(9);
  for (let round = 0; round < 40; round++) {
    const unpacked = new Map<Uint8Array, Uint8Array>();
    const packing = {
      pack(block: Uint8Array) {
        const packed = new Uint8Array(1);
        unpacked.set(packed, block.slice());
        return packed;
      },
      unpack: (packed: Uint8Array) => unpacked.get(packed) ?? packed,
    };
    const limits = { captureCap: 1 << 30, captureBudget: createBudget(1 << 30), packing };
    const capture = createCapture(limits);
    const all: Uint8Array[] = [];
    const read: { readonly body: CapturedBody; readonly size: number }[] = [];
    const largest = random.pick([200, 5_000, 30_000]);
    while (capture.size() < 400_000) {
      const piece = new Uint8Array(random.int(1, largest)).map(() => random.int(0, 255));
      all.push(piece);
      capture.add(piece);
      const body = random.chance(0.01) ? capture.body() : null;
      if (body !== null) read.push({ body, size: capture.size() });
    }
    const whole = Buffer.concat(all);
    read.push({ body: capture.body()!, size: whole.length });
    for (const { body, size } of read)
      expect(Buffer.concat(body.chunks).subarray(0, size).equals(whole.subarray(0, size))).toBe(
        true,
      );
    if (largest === 200) expect(unpacked.size).toBeGreaterThan(3);
  }
});
