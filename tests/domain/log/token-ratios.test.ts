// Estimates of prompts from what was counted before.
import { expect, test } from "bun:test";
import { createTokenRatios } from "../../../src/domain/log/token-ratios.ts";

test("before anything is counted, four bytes are a token, and nothing is none", () => {
  const ratios = createTokenRatios();
  expect(ratios.tokens("m", 4_000)).toBe(1_000);
  expect(ratios.tokens(null, 0)).toBe(1);
});

test("a model has its own ratio, and others get that of all", () => {
  const ratios = createTokenRatios();
  ratios.counted("a", 3_000, 1_000);
  expect(ratios.tokens("a", 300)).toBe(100);
  expect(ratios.tokens("b", 300)).toBe(100);
  ratios.counted("b", 5_000, 1_000);
  expect(ratios.tokens("a", 300)).toBe(100);
  expect(ratios.tokens("b", 500)).toBe(100);
  expect(ratios.tokens("c", 400)).toBe(100);
});

test("what says nothing of a model does not count: a frame, pictures, a cache left out", () => {
  const ratios = createTokenRatios();
  ratios.counted("a", 300, 20);
  ratios.counted("a", 1_000_000, 1_000);
  ratios.counted("a", 1_000, 1_000);
  ratios.counted(null, 3_000, 1_000);
  expect(ratios.tokens("a", 400)).toBe(100);
});

test("newer counts outweigh old ones", () => {
  const ratios = createTokenRatios();
  for (let at = 0; at < 1_000; at++) ratios.counted("a", 80_000, 10_000);
  for (let at = 0; at < 300; at++) ratios.counted("a", 30_000, 10_000);
  expect(ratios.tokens("a", 3_000)).toBeGreaterThan(990);
});

test("names without end cost no room", () => {
  const ratios = createTokenRatios();
  ratios.counted("first", 8_000, 1_000);
  for (let at = 0; at < 2_000; at++) ratios.counted(`m${at}`, 3_000, 1_000);
  // Forgotten, it gets the ratio of all.
  expect(ratios.tokens("first", 3_000)).toBeGreaterThan(900);
});
