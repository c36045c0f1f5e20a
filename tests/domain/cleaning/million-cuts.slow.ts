import { expect, test } from "bun:test";
import { corpus } from "./corpus.ts";
import { cleanPieces, cutAt, policies, randomCuts, seeded, soup } from "./cutting.ts";
import { referenceClean } from "./reference.ts";

const many = 1_000_000;

test("a million random cuts change nothing", () => {
  const chance = seeded(1_000_000);
  const maxCuts = 24;
  let cutCount = 0;
  let changed = 0;
  for (let round = 0; cutCount < many; round++) {
    const known = corpus[round % (2 * corpus.length)];
    const raw = known?.raw ?? soup(30, chance);
    for (const policy of policies) {
      // The corpus's own outputs are checked by hand elsewhere, and against the reference.
      const expected = referenceClean(policy, raw);
      if (expected.content !== raw) changed++;
      for (let set = 0; set < 4; set++) {
        const cuts = randomCuts(raw, maxCuts, chance);
        cutCount += cuts.length;
        const { content, moved } = cleanPieces(policy, cutAt(raw, cuts));
        if (content !== expected.content || moved !== expected.moved)
          expect({ raw, cuts, policy, content, moved }).toEqual({ raw, cuts, policy, ...expected });
      }
    }
  }
  expect(cutCount).toBeGreaterThanOrEqual(many);
  expect(changed).toBeGreaterThan(1_000);
});
