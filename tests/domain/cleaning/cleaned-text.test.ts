import { describe, expect, test } from "bun:test";
import { type CleanPolicy, hasNoBlock } from "../../../src/domain/cleaning/clean-text.ts";
import { corpus, type CorpusText } from "./corpus.ts";
import { cleanPieces, cutAt, keepAll, policies, randomCuts, seeded, soup } from "./cutting.ts";
import { referenceClean } from "./reference.ts";
import { sweep } from "../../lab/sweep.ts";

const strip: CleanPolicy = { ...keepAll, stripThinking: "strip" };
const move: CleanPolicy = { ...keepAll, stripThinking: "move" };
const json: CleanPolicy = { ...keepAll, stripJsonMarkdown: true };

/** What the corpus says by hand, for each mode. */
const byHand = ({ raw, content = raw, moved = "", ...sample }: CorpusText) =>
  [
    [strip, content, ""],
    [move, content, moved],
    [json, sample.json ?? raw, ""],
    [{ ...strip, stripJsonMarkdown: true }, sample.both ?? sample.json ?? content, ""],
    [{ ...strip, thinkingPrefilled: true }, sample.prefilled?.[0] ?? raw, ""],
    [
      { ...move, thinkingPrefilled: true },
      sample.prefilled?.[0] ?? raw,
      sample.prefilled?.[1] ?? "",
    ],
  ] as const;

test("the corpus holds at least sixty answers, each once", () => {
  expect(new Set(corpus.map(({ raw }) => raw)).size).toBe(corpus.length);
  expect(corpus.length).toBeGreaterThanOrEqual(60);
});

describe("an answer loses its thinking and its JSON fences, and nothing else", () => {
  test.each(corpus.map((sample) => [sample.name, sample] as const))("%s", (_name, sample) => {
    for (const [policy, content, moved] of byHand(sample)) {
      const expected = { policy, content, moved };
      expect({ policy, ...cleanPieces(policy, [sample.raw]) }).toEqual(expected);
      expect({ policy, ...referenceClean(policy, sample.raw) }).toEqual(expected);
    }
  });
});

describe("an answer is cleaned alike wherever it is cut", () => {
  test("at every single position, and at all of them", () => {
    for (const { raw } of corpus)
      for (const policy of policies) {
        const expected = cleanPieces(policy, [raw]);
        expect(
          cleanPieces(policy, [
            ...cutAt(
              raw,
              Array.from(raw, (_, at) => at),
            ),
          ]),
        ).toEqual(expected);
        for (let at = 0; at <= raw.length; at++) {
          const { content, moved } = cleanPieces(policy, cutAt(raw, [at]));
          if (content !== expected.content || moved !== expected.moved)
            expect({ raw, at, policy, content, moved }).toEqual({ raw, at, policy, ...expected });
        }
      }
  });

  test("at random sets of positions", () => {
    const chance = seeded(200);
    const sets = sweep(1_600);
    for (const { raw } of corpus)
      for (const policy of policies) {
        const expected = cleanPieces(policy, [raw]);
        for (let set = 0; set < sets; set++) {
          const cuts = randomCuts(raw, 8, chance);
          const { content, moved } = cleanPieces(policy, cutAt(raw, cuts));
          if (content !== expected.content || moved !== expected.moved)
            expect({ raw, cuts, policy, content, moved }).toEqual({
              raw,
              cuts,
              policy,
              ...expected,
            });
        }
      }
  });

  test("texts in which every tag meets every fence agree with the plain reading of the rules", () => {
    const chance = seeded(8);
    const rounds = sweep(24_000);
    for (let round = 0; round < rounds; round++) {
      const raw = soup(24, chance);
      for (const policy of policies) {
        const pieces = cutAt(raw, randomCuts(raw, 6, chance));
        const cleaned = { raw, pieces, policy, ...cleanPieces(policy, pieces) };
        expect(cleaned).toEqual({ raw, pieces, policy, ...referenceClean(policy, raw) });
      }
    }
  });
});

test("a text that is said to hold no block is one that the filters leave as it is", () => {
  const chance = seeded(9);
  const texts = Array.from({ length: 2_000 }, () => soup(6, chance));
  const seen = { clean: 0, cleaned: 0 };
  for (const raw of [...corpus.map((one) => one.raw), ...texts])
    for (const policy of policies) {
      if (hasNoBlock(policy, raw)) {
        seen.clean++;
        const expected = { content: raw, moved: "" };
        expect({ raw, policy, ...cleanPieces(policy, [raw]) }).toEqual({
          raw,
          policy,
          ...expected,
        });
      } else seen.cleaned++;
    }
  expect(Math.min(seen.clean, seen.cleaned)).toBeGreaterThan(500);
});
