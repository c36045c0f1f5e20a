// When a second candidate is asked as well, and what becomes of whom.
import { describe, expect, test } from "bun:test";
import {
  calledOff,
  dropped,
  entered,
  isLost,
  letGo,
  nextAskAt,
  type Race,
  spokesman,
  tookTheLead,
} from "../../../src/domain/failover/race.ts";

const one = entered([], 1_000, 2_000);
const two = entered(one, 3_000, 500);
const places = (race: Race) => race.map(({ place }) => place);
const nobody = () => false;
const everybody = () => true;

describe("the next candidate is asked as well", () => {
  test.each<[when: string, race: Race, lookedAt: number | null, at: number | null]>([
    ["when the only one has run for long enough", one, null, 3_000],
    ["as long again after a look that found nobody free", one, 3_200, 5_200],
    ["not while two run", two, null, null],
    ["by the younger's time once the elder has failed", dropped(two, 0), null, 3_500],
    [
      "by the elder's time, though it is past, once the younger has failed",
      dropped(two, 1),
      null,
      3_000,
    ],
    ["not once there is content", tookTheLead(one, 0, nobody), null, null],
    [
      "not beside a winner that another is kept open for",
      tookTheLead(two, 0, everybody),
      null,
      null,
    ],
    ["never where no time is set", entered([], 1_000, null), null, null],
    ["not where all have failed", dropped(one, 0), null, null],
  ])("%s", (_when, race, lookedAt, at) => {
    expect(nextAskAt(race, lookedAt)).toBe(at);
  });
});

test("the first with content is ahead, and stays so", () => {
  const ahead = tookTheLead(two, 1, nobody);
  expect(places(ahead)).toEqual(["let-go", "ahead"]);
  expect(tookTheLead(ahead, 0, nobody)).toBe(ahead);
});

test("one that is kept runs again where the one ahead fails, and is let go with its first byte", () => {
  const kept = tookTheLead(two, 1, (runner) => runner === 0);
  expect(places(kept)).toEqual(["kept", "ahead"]);
  expect(places(dropped(kept, 1))).toEqual(["running", "failed"]);
  expect(places(letGo(kept, 0))).toEqual(["let-go", "ahead"]);
  expect(places(dropped(letGo(kept, 0), 1))).toEqual(["let-go", "failed"]);
});

test("one that is kept and fails by itself changes nothing for the one ahead", () => {
  const kept = tookTheLead(two, 1, everybody);
  expect(places(dropped(kept, 0))).toEqual(["failed", "ahead"]);
});

test("a race is lost once nobody runs or is ahead", () => {
  expect(isLost(two)).toBe(false);
  expect(isLost(dropped(two, 0))).toBe(false);
  expect(isLost(dropped(dropped(two, 0), 1))).toBe(true);
  expect(isLost(dropped(tookTheLead(two, 0, nobody), 0))).toBe(true);
  expect(isLost(calledOff(dropped(two, 1), everybody))).toBe(true);
});

test("the later in order that failed speaks for all; one that was not asked only where all are such", () => {
  const both = dropped(dropped(two, 1), 0);
  expect(spokesman(both, everybody)).toBe(1);
  expect(spokesman(both, (runner) => runner === 0)).toBe(0);
  expect(spokesman(both, nobody)).toBe(1);
  expect(spokesman(dropped(tookTheLead(two, 0, nobody), 0), everybody)).toBe(0);
});
