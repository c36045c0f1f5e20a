// Points arrive in the other thread as they left.
import { serialize } from "bun:jsc";
import { expect, test } from "bun:test";
import { packPoints, unpackPoints } from "../../../../src/adapters/logs/pipeline/pack-points.ts";
import type { PerformancePoint } from "../../../../src/ports/browse.ts";
import { samplePoints } from "../../../browser/sample-day.ts";

const bare: PerformancePoint = {
  id: "0195a2c4-0000-7000-8000-000000000001",
  timestamp: "2026-03-12T16:00:00.000Z",
  model: null,
  upstream: null,
  user: null,
  client: null,
  duration_ms: null,
  ttft_ms: null,
  prompt_tokens: null,
  completion_tokens: null,
  total_tokens: null,
  cost: null,
  status_code: null,
  state: "interrupted",
};

test.each<[string, readonly PerformancePoint[]]>([
  ["none", []],
  ["one of which nothing is known", [bare]],
  ["one of zeros and empty names", [{ ...bare, duration_ms: 0, prompt_tokens: 0, model: "" }]],
  [
    "one whose names are those of states",
    [{ ...bare, model: "failed", upstream: "failed", user: "failed" }],
  ],
  ["a day's", samplePoints(2_000)],
  [
    "one of many thousand names",
    Array.from({ length: 40_000 }, (_, at) => ({ ...bare, model: `m${at}`, user: `u${at % 9}` })),
  ],
])("%s", (_, points) => {
  expect(unpackPoints(structuredClone(packPoints(points)))).toEqual(points);
});

test("names take two bytes a point, however long they are", () => {
  const points = samplePoints(1_000);
  const long = points.map((point) => ({ ...point, user: point.user?.padEnd(64, "x") ?? null }));
  const size = (of: readonly PerformancePoint[]) => serialize(packPoints(of)).byteLength;
  expect(size(long) - size(points)).toBeLessThan(1_000);
});
