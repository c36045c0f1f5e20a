// What the figures make of a call's attempts.
import { expect, test } from "bun:test";
import { createMetrics } from "../../../src/adapters/metrics/metrics.ts";
import { noUsage } from "../../../src/domain/log/answer-usage.ts";
import { logEntry } from "../../lab/log-entries.ts";

const nothing = { request: null, response: null, delivered: null };

test("a call is handed on from one that failed, not from one that was outrun by another", () => {
  const metrics = createMetrics({ version: "1", inFlight: () => 0, log: null });
  const [attempt] = logEntry().attempts;
  if (attempt === undefined) throw new Error("no attempt");
  const ended = (...made: readonly (readonly [upstream: string, reason: string])[]) =>
    metrics.ended(
      logEntry({
        attempts: made.map(([upstream, reason]) => ({ ...attempt, upstream, reason })),
      }),
      nothing,
    );
  ended(["a", "outrun"], ["b", "served"]);
  ended(["a", "refused"], ["b", "outrun"], ["c", "served"]);
  const said = metrics.text().split("\n");
  expect(said.filter((line) => line.startsWith("smolrouter_failovers_total{"))).toEqual([
    'smolrouter_failovers_total{from="a",to="c"} 1',
  ]);
  expect(said).toContain('smolrouter_attempts_total{upstream="a",reason="outrun"} 1');
  expect(said).toContain('smolrouter_attempts_total{upstream="b",reason="outrun"} 1');
});

test("dollars are summed by upstream and model, and calls without a price are counted", () => {
  const log = {
    queuedRows: () => 0,
    droppedRows: () => ({}),
    storeIsUp: () => true,
    spool: null,
  };
  const metrics = createMetrics({ version: "1.2.3", inFlight: () => 0, log });
  const entry = logEntry({ upstream: "hosted", mappedModel: "m", statusCode: 200 });
  metrics.ended(entry, nothing);
  for (const cost of [2_500_000, 0, 4_000_000_000, null, "unpriced"] as const)
    metrics.used(entry, noUsage, cost);
  const lines = metrics.text().split("\n");
  expect(lines).toContain('smolrouter_cost_usd_total{upstream="hosted",model="m"} 4.0025');
  expect(lines).toContain('smolrouter_unpriced_calls_total{upstream="hosted",model="m"} 1');
  const withoutLog = createMetrics({ version: "1.2.3", inFlight: () => 0, log: null });
  expect(withoutLog.text()).not.toMatch(/cost|unpriced/);
});
