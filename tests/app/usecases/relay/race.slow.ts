// A race of any two candidates, and of three, in every order in which its events can come: a part of
// them, all with SWEEP=full.
import { expect, test } from "bun:test";
import { isWhole } from "../../../lab/sweep.ts";
import { checkEveryOrder, lives, type Life, type RaceCase } from "./race-checks.ts";

const all = Object.keys(lives) as Life[];
const policies = [
  "race_after: 2,",
  "race_after: 2, commit: full,",
  "race_after: 2, commit: first_answer, retries: 1,",
  "race_after: 2, first_token_timeout: 3, retries: 1,",
];
const answersLast = all.map((life): readonly Life[] => [life, "is cut late", "answers"]);
const pairs = all.flatMap((one) => all.map((other): readonly Life[] => [one, other]));

const cases = policies.map((keys) => {
  const ofOne: RaceCase[] = [];
  for (const stream of [true, false])
    for (const loading of [[], ["a"]])
      for (const several of [...pairs, ...answersLast])
        ofOne.push({ keys, stream, lives: several, loading });
  return [keys, ofOne.filter((_, index) => isWhole || index % 25 === 0)] as const;
});

test.each(cases)("%s", async (_keys, ofOne) => {
  for (const race of ofOne) expect(await checkEveryOrder(race)).toBeGreaterThan(0);
});
