// Fair shares as a pure rule: what they sum to, and who gets how much.
import { describe, expect, test } from "bun:test";
import { settledHolding } from "../../../src/domain/group/holding.ts";
import { fairShares } from "../../../src/domain/group/shares.ts";
import { createRandom } from "../../lab/random.ts";

function shares(demands: readonly number[], limit: number, now = 0): readonly number[] {
  const sharers = demands.map((demand, at) => ({ id: `router-${at}`, demand }));
  const found = fairShares(sharers, limit, now);
  return sharers.map(({ id }) => found.get(id) ?? -1);
}

describe("who gets how many places", () => {
  const cases: readonly [string, number[], number, number[]][] = [
    ["alone, all", [0], 4, [4]],
    ["alone and busy, all", [9], 4, [4]],
    ["nobody has calls: spread", [0, 0, 0], 4, [2, 1, 1]],
    ["what one does not need stays with the others", [1, 0, 0], 4, [2, 1, 1]],
    ["one takes all that there is", [9, 0, 0], 4, [4, 0, 0]],
    ["each that has calls gets one, the rest by demand", [90, 1, 1], 4, [2, 1, 1]],
    ["demand that fits is met", [3, 1, 0], 5, [4, 1, 0]],
    ["equal demand", [8, 8], 5, [3, 2]],
    ["in proportion", [31, 11], 42, [31, 11]],
    ["in proportion, beyond the limit", [61, 21], 42, [31, 11]],
  ];
  test.each(cases)("%s", (_, demands, limit, expected) => {
    expect(shares(demands, limit)).toEqual(expected);
  });
});

test("where there are too few places they go round every 5 s among those that have calls", () => {
  const turns = Array.from({ length: 6 }, (_, turn) => shares([2, 0, 1, 7], 1, turn * 5_000));
  expect(turns.map((turn) => turn.indexOf(1))).toEqual([0, 2, 3, 0, 2, 3]);
  expect(shares([1, 1, 1], 2, 5_000)).toEqual([1, 0, 1]);
});

test("of any demands the shares are whole, sum to the limit, and do not depend on the order", () => {
  const random = createRandom(11);
  for (let round = 0; round < 3_000; round++) {
    const count = random.int(1, 9);
    const sharers = Array.from({ length: count }, (_, at) => ({
      id: `r${(at * 7) % 10}`,
      demand: random.chance(0.4) ? 0 : random.int(1, random.pick([2, 9, 400])),
    }));
    const limit = random.int(1, random.pick([2, 8, 300]));
    const now = random.int(0, 100_000);
    const found = fairShares(sharers, limit, now);
    const values = [...found.values()];
    expect(values.reduce((sum, one) => sum + one, 0)).toBe(limit);
    expect(values.every((one) => Number.isInteger(one) && one >= 0)).toBe(true);
    const wanting = sharers.filter(({ demand }) => demand > 0);
    const served = wanting.filter(({ id }) => (found.get(id) ?? 0) > 0);
    expect(served.length).toBe(Math.min(limit, wanting.length));
    const shuffled = sharers.toSorted((a, b) => (a.demand % 3) - (b.demand % 3));
    expect(Object.fromEntries(fairShares(shuffled, limit, now))).toEqual(Object.fromEntries(found));
  }
});

describe("taking places", () => {
  const cases = [
    ["fewer at once", { usable: 4, claimed: 4 }, { fair: 1, othersHold: 0 }, [1, 1]],
    ["more is said first", { usable: 1, claimed: 1 }, { fair: 3, othersHold: 1 }, [1, 3]],
    ["and used once it was said", { usable: 1, claimed: 3 }, { fair: 3, othersHold: 1 }, [3, 3]],
    ["not while others hold them", { usable: 0, claimed: 0 }, { fair: 2, othersHold: 4 }, [0, 0]],
    ["so many as are left", { usable: 0, claimed: 2 }, { fair: 2, othersHold: 3 }, [1, 1]],
    [
      "of a claim that crossed another, what is left",
      { usable: 0, claimed: 3 },
      { fair: 3, othersHold: 2 },
      [2, 2],
    ],
    [
      "what is used already stays used",
      { usable: 2, claimed: 2 },
      { fair: 2, othersHold: 4 },
      [2, 2],
    ],
  ] as const;
  test.each(cases)("%s", (_, holding, places, [usable, claimed]) => {
    expect(settledHolding(holding, { limit: 4, ...places })).toEqual({ usable, claimed });
  });
});
