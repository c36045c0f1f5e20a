// Figures as the pages write them.
import { expect, test } from "bun:test";
import {
  ago,
  bytes,
  clockTime,
  dollarsAtLeast,
  duration,
  percent,
  short,
  whole,
} from "../../../../src/adapters/pages/shared/format.ts";

test.each([
  [null, "–"],
  [0, "0 ms"],
  [340.4, "340 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [2_100, "2.1 s"],
  [59_949, "59.9 s"],
  [59_960, "1 min 0 s"],
  [185_000, "3 min 5 s"],
  [3_599_600, "1 h 0 min"],
  [7_440_000, "2 h 4 min"],
])("%p ms reads as %p", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test.each([
  [null, "–"],
  [0, "0"],
  [999, "999"],
  [1_000, "1.0k"],
  [1_234, "1.2k"],
  [9_960, "10k"],
  [123_456, "123k"],
  [999_600, "1.0M"],
  [4_500_000, "4.5M"],
  [2_000_000_000, "2.0G"],
])("a count of %p is shortened to %p", (count, words) => {
  expect(short(count)).toBe(words);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_200, "1.2 kB"],
  [34_000_000, "34 MB"],
])("%p bytes read as %p", (count, words) => {
  expect(bytes(count)).toBe(words);
});

test.each([
  [0, "0 %"],
  [0.0004, "< 0.1 %"],
  [0.004, "0.4 %"],
  [0.12, "12 %"],
  [1, "100 %"],
])("a share of %p reads as %p, and only zero as zero", (share, words) => {
  expect(percent(share)).toBe(words);
});

test.each([
  [-5_000, "now"],
  [400, "now"],
  [59_999, "59 s ago"],
  [60_000, "1 min ago"],
  [7_200_000, "2 h ago"],
  [172_800_000, "2 d ago"],
])("a time %p ms back reads as %p", (back, words) => {
  expect(ago(1_000_000_000_000 - back, 1_000_000_000_000)).toBe(words);
});

test("counts are grouped and times name their zone", () => {
  expect(whole(1_234_567)).toBe("1,234,567");
  expect(clockTime("2026-03-02T14:05:09.123Z")).toBe("2026-03-02 14:05:09 UTC");
});

test.each([
  [null, 3, "–"],
  [0, 0, "$0"],
  [0, 3, "≥ $0"],
  [0.00001, 3, "≥ $0"],
  [1.234, 0, "$1.23"],
  [1.234, 1, "≥ $1.23"],
] as const)("a sum of %p with %p calls without a price reads %p", (sum, unpriced, words) => {
  expect(dollarsAtLeast(sum, unpriced)).toBe(words);
});
