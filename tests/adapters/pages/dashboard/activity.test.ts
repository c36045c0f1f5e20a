// Figures for slices of time and groups of calls.
import { expect, test } from "bun:test";
import {
  activityOf,
  figuresOf,
  tokensPerSecond,
} from "../../../../src/adapters/pages/dashboard/activity.ts";
import type { PerformancePoint } from "../../../../src/ports/browse.ts";
import { pointOf, sampleDetail } from "../sample.ts";

const now = Date.parse("2026-03-12T16:00:00.000Z");
const point = (own: Partial<PerformancePoint> = {}, agoMs = 0): PerformancePoint => ({
  ...pointOf(sampleDetail()),
  timestamp: new Date(now - agoMs).toISOString(),
  ...own,
});
const timed = (duration: number, more: Partial<PerformancePoint> = {}) =>
  point({ duration_ms: duration, ...more });

test("times are those of completed calls, errors those that failed", () => {
  const figures = figuresOf([
    timed(100),
    timed(300),
    timed(200),
    timed(9_000, { state: "failed" }),
    timed(8_000, { state: "cancelled" }),
  ]);
  expect(figures).toMatchObject({ requests: 5, errors: 1, median: 200, p95: 300 });
});

test("where nothing has been completed there are no times", () => {
  expect(figuresOf([])).toEqual({
    requests: 0,
    errors: 0,
    tokens: 0,
    median: null,
    p95: null,
    firstToken: null,
    speed: null,
  });
});

test.each<[Partial<PerformancePoint>, number | null]>([
  [{ completion_tokens: 100, duration_ms: 2_500, ttft_ms: 500 }, 50],
  [{ completion_tokens: 100, duration_ms: 2_500, ttft_ms: null }, null],
  [{ completion_tokens: 100, duration_ms: 510, ttft_ms: 500 }, null],
  [{ completion_tokens: 0, duration_ms: 2_500, ttft_ms: 500 }, null],
  [{ completion_tokens: null, duration_ms: 2_500, ttft_ms: 500 }, null],
])("tokens are written from the first one on: %j makes %p a second", (own, speed) => {
  expect(tokensPerSecond(point(own))).toBe(speed);
});

test("each call lies in the slice of its time", () => {
  const points = [point({}, 0), point({}, 999), point({}, 1_000), point({}, 3_999)];
  const { from, to, slices } = activityOf(points, { now, span: 4_000, slices: 4, cut: false });
  expect([from, to]).toEqual([now - 4_000, now]);
  expect(slices.map(({ requests }) => requests)).toEqual([1, 0, 0, 3]);
});

test("with more calls than were read, the charts reach back to the oldest of them only", () => {
  const points = [point({}, 0), point({}, 500)];
  const { from, slices } = activityOf(points, { now, span: 4_000, slices: 2, cut: true });
  expect(from).toBe(now - 500);
  expect(slices.map(({ requests }) => requests)).toEqual([1, 1]);
});

test("groups stand in the order of use; calls without a name are in none", () => {
  const points = ["a", "b", "b", null].map((model) => point({ model }));
  const { byModel } = activityOf(points, { now, span: 1_000, slices: 1, cut: false });
  expect(byModel.map(({ name, requests }) => [name, requests])).toEqual([
    ["b", 2],
    ["a", 1],
  ]);
});
