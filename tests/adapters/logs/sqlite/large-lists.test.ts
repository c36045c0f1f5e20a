// Lists of a log in which values are on tens of thousands of rows, alone and together with others that they never
// meet: each is as by looking at one row after the other, and no statement sorts what it found along an index.
import { beforeAll, describe, expect, test } from "bun:test";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import { createLargeLog, type LargeLog, largeValues, sorts } from "../../../lab/large-log.ts";
import { noon } from "../../../lab/log-entries.ts";

let log: LargeLog;
const ran = new Map<string, readonly unknown[]>();

beforeAll(() => {
  log = createLargeLog("none");
  const { db } = log;
  const prepare = db.prepare.bind(db);
  db.prepare = ((text: string) => {
    const statement = prepare(text);
    return {
      all(...parameters: never[]) {
        ran.set(text, parameters);
        return statement.all(...parameters);
      },
      finalize: () => {
        statement.finalize();
      },
    };
  }) as never;
});

const never: readonly Partial<LogFilter>[] = [
  { user: "ann", upstream: "desk" },
  { user: "bob", model: "gpt-3" },
  { model: "qwen", upstream: "rack" },
  { model: "llama-2", upstream: "desk" },
  { state: "failed", status: { from: 499, to: 499 } },
  { state: "cancelled", status: { from: 200, to: 200 } },
];
const parted: readonly Partial<LogFilter>[] = [
  {},
  { upstream: "desk" },
  { upstream: "desk", user: "bob" },
  { upstream: "rack" },
  { upstream: "hosted" },
  { model: "qwen-1", client: "codex" },
  { service_type: "openai", upstream: "desk" },
  { client: "script" },
  { client: "script", upstream: "hosted" },
  { status: { from: 201, to: 450 } },
];

describe("lists of a large log", () => {
  test.each([...never, ...parted])("of %j, in every order, from many a row", async (own) => {
    for (const sort of sorts) await log.expectPages(own, sort, 50);
    await log.expectPages(own, log.random.pick(sorts), 4_000);
  });

  test("of random filters", async () => {
    const kinds = Object.entries(largeValues);
    for (let look = 0; look < 15; look++) {
      const own = Object.fromEntries(
        Array.from({ length: log.random.int(1, 3) }, () => {
          const [name, all] = log.random.pick(kinds);
          return [name, log.random.pick<unknown>(all)];
        }),
      );
      await log.expectPages(own, log.random.pick(sorts), log.random.pick([1, 50, 700]));
    }
  });

  test("as points, without those in flight", async () => {
    for (const own of [{ upstream: "rack", user: "bob" }, ...never]) {
      const filter = { ...own, since: noon, limit: 10_000 };
      const points = await log.reader.points(filter);
      const expected = log.passing(filter, "time");
      expect(points.map(({ id }) => id)).toEqual(
        expected.slice(0, filter.limit).map(({ id }) => id),
      );
    }
  });

  test("by statements that sort no more than what they were given", () => {
    const plans = [...ran].map(([text, parameters]) => {
      const steps = log.db.query<{ detail: string }, never[]>(`explain query plan ${text}`);
      return { text, plan: steps.all(...(parameters as never[])).map((step) => step.detail) };
    });
    expect(plans.some(({ text }) => text.includes("intersect"))).toBe(true);
    expect(plans.some(({ text }) => text.includes("exists"))).toBe(true);
    expect(
      plans.some(({ text }) =>
        text.includes("intersect select seq from requests indexed by requests_cost"),
      ),
    ).toBe(true);
    const sorting = plans.filter(
      ({ text, plan }) =>
        /intersect|exists|order by [dtc]/.test(text) &&
        // A part of a column's index that is compared with others has to be put in the order of keys.
        !/intersect select seq from requests indexed by/.test(text) &&
        plan.some((step) => /B-TREE|SCAN requests$/.test(step)),
    );
    expect(sorting).toEqual([]);
  });
});
