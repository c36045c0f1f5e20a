// What goes first where the spool is full.
import { expect, test } from "bun:test";
import {
  bytesOf,
  type Coming,
  makeRoom,
  takesBodies,
  type Waiting,
} from "../../../../src/adapters/logs/outbox/spool-room.ts";
import { createRandom } from "../../../lab/random.ts";

const nothing: Coming = {
  starts: 0,
  successes: 0,
  successBodies: 0,
  failures: 0,
  failureBodies: 0,
};
const empty: Waiting = { all: 0, starts: 0, successBodies: 0, successes: 0, failureBodies: 0 };
const limit = 1_000;

const table: readonly [
  rule: string,
  waiting: Partial<Waiting>,
  coming: Partial<Coming>,
  leaveOut: readonly string[],
  remove: readonly string[],
][] = [
  ["takes what fits to the byte", { all: 900 }, { successes: 60, successBodies: 40 }, [], []],
  ["leaves a start out first", { all: 999 }, { starts: 5, failures: 1 }, ["starts"], []],
  [
    "leaves the bodies of new successes out before anything that waits goes",
    { all: 950, successBodies: 500 },
    { successes: 40, successBodies: 200 },
    ["successBodies"],
    [],
  ],
  [
    "removes waiting starts and bodies of successes before rows",
    { all: 1_000, starts: 10, successBodies: 500, successes: 400 },
    { successes: 40 },
    [],
    ["starts 10", "successBodies 30"],
  ],
  [
    "loses the newest rows of successes once no body of one waits",
    { all: 1_000, successes: 900, failureBodies: 100 },
    { successes: 40, successBodies: 10 },
    ["successBodies", "successes"],
    [],
  ],
  [
    "makes room for an error with rows of successes",
    { all: 1_000, successes: 900, failureBodies: 100 },
    { successes: 40, failures: 30, failureBodies: 5 },
    ["successes"],
    ["successes 35"],
  ],
  [
    "keeps an error's row at the cost of bodies of errors",
    { all: 1_000, failureBodies: 100 },
    { failures: 30, failureBodies: 5 },
    ["failureBodies"],
    ["failureBodies 30"],
  ],
  [
    "loses an error's row only where nothing else can go",
    { all: 1_000, successBodies: 3, failureBodies: 10 },
    { failures: 30 },
    ["failures"],
    ["successBodies 3", "failureBodies 10"],
  ],
  ["removes nothing that may have been sent", { all: 1_000 }, { failures: 1 }, ["failures"], []],
];

for (const [rule, waiting, coming, leaveOut, remove] of table)
  test(rule, () => {
    const plan = makeRoom({ ...empty, ...waiting }, { ...nothing, ...coming }, limit);
    expect([...plan.leaveOut]).toEqual(leaveOut as never);
    expect(plan.remove.map(({ what, bytes }) => `${what} ${bytes}`)).toEqual(remove as never);
  });

test("bodies of successes are taken up to four fifths", () => {
  expect([0, 799, 800, 1_000].map((bytes) => takesBodies(bytes, limit))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("whatever waits and comes, it fits afterwards, and nothing goes while something lesser is left", () => {
  const random = createRandom(7);
  const some = () => (random.chance(0.4) ? 0 : random.int(1, 400));
  for (let turn = 0; turn < 5_000; turn++) {
    const removable = {
      starts: some(),
      successBodies: some(),
      successes: some(),
      failureBodies: some(),
    };
    const fixed = some();
    const all = Object.values(removable).reduce((a, b) => a + b, fixed);
    const coming: Coming = {
      starts: some(),
      successes: some(),
      successBodies: some(),
      failures: some(),
      failureBodies: some(),
    };
    const { leaveOut, remove } = makeRoom({ ...removable, all }, coming, limit);
    const gone = new Map(remove.map(({ what, bytes }) => [what, bytes]));
    const left = { ...coming };
    for (const part of leaveOut) left[part] = 0;
    const after = all + bytesOf(left) - [...gone.values()].reduce((a, b) => a + b, 0);
    if (!leaveOut.has("failures")) expect(after).toBeLessThanOrEqual(Math.max(limit, all));
    // An error's row goes last of all, a success's row after every body of one.
    const wholly = (what: keyof typeof removable) => (gone.get(what) ?? 0) === removable[what];
    if (leaveOut.has("failures"))
      expect(wholly("successes") && wholly("successBodies") && wholly("failureBodies")).toBe(true);
    if (leaveOut.has("successes") || gone.has("successes"))
      expect(
        wholly("successBodies") && (coming.successBodies === 0 || leaveOut.has("successBodies")),
      ).toBe(true);
    if (leaveOut.has("failures"))
      expect(coming.successes === 0 || leaveOut.has("successes")).toBe(true);
    if (all + bytesOf(coming) <= limit) expect(leaveOut.size + remove.length).toBe(0);
  }
});
