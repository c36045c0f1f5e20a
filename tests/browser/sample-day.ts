// A day of calls as points: quiet at night, busy in the afternoon, a bad hour at a quarter past ten.
import type { Browse, PerformancePoint, PointsFilter } from "../../src/ports/browse.ts";
import type { PeriodReader } from "../../src/ports/periods.ts";
import { periodOfCalls } from "../../src/adapters/logs/rows/period-of-calls.ts";
import { sampleNow } from "./sample-log.ts";

interface Habit {
  readonly model: string;
  readonly upstream: string;
  /** How often, against the others. */
  readonly share: number;
  /** Tokens of a usual prompt, and of its answer. */
  readonly prompt: number;
  readonly completion: number;
  /** Tokens a second, read and written. */
  readonly reads: number;
  readonly writes: number;
  readonly fails: number;
}

const habits: readonly Habit[] = [
  {
    model: "big-coder",
    upstream: "hosted",
    share: 36,
    prompt: 14_000,
    completion: 480,
    reads: 24_000,
    writes: 64,
    fails: 0.01,
  },
  {
    model: "codellama-34b",
    upstream: "gpu-server",
    share: 14,
    prompt: 9_000,
    completion: 420,
    reads: 5_200,
    writes: 47,
    fails: 0.02,
  },
  {
    model: "llama3.2:3b",
    upstream: "ollama-box",
    share: 18,
    prompt: 700,
    completion: 90,
    reads: 3_000,
    writes: 69,
    fails: 0.002,
  },
  {
    model: "qwen2.5-coder-1.5b",
    upstream: "gpu-server",
    share: 17,
    prompt: 1_800,
    completion: 26,
    reads: 30_000,
    writes: 190,
    fails: 0.001,
  },
  {
    model: "claude-3-opus",
    upstream: "hosted",
    share: 7,
    prompt: 2_400,
    completion: 600,
    reads: 6_000,
    writes: 38,
    fails: 0.012,
  },
  {
    model: "llama3-8b",
    upstream: "fast-box",
    share: 5,
    prompt: 400,
    completion: 300,
    reads: 4_000,
    writes: 98,
    fails: 0.05,
  },
  {
    model: "mixtral-8x22b",
    upstream: "gpu-server",
    share: 3,
    prompt: 1_300,
    completion: 380,
    reads: 900,
    writes: 16,
    fails: 0.09,
  },
];

/** The same numbers in [0, 1) every time (mulberry32). */
function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const dayMs = 86_400_000;

/** Who asks with what; the first ones more often. */
const askers: readonly Pick<PerformancePoint, "user" | "client">[] = [
  { user: "mara", client: "claude-cli/2.0.14" },
  { user: "mara", client: "claude-cli/2.0.14" },
  { user: "mara", client: "OpenAI/Python/1.58.1" },
  { user: "jonas", client: "codex_cli_rs/0.46.0" },
  { user: "jonas", client: "opencode/0.14.1" },
  { user: "192.168.1.23", client: "HomeAssistant/2026.3" },
  { user: "192.168.1.40", client: null },
];

/** Calls per hour of the day, UTC, against each other. */
const busy = [1, 1, 0, 0, 0, 1, 2, 5, 9, 12, 14, 12, 7, 10, 15, 16, 15, 9, 6, 5, 6, 4, 3, 2];

/** Newest first. */
export function samplePoints(count: number): readonly PerformancePoint[] {
  const chance = createChance(7);
  const askedBy = createChance(11);
  /** About 1; now and then much more. */
  const spread = (width: number): number =>
    Math.exp((chance() + chance() + chance() - 1.5) * width);
  const pick = (): Habit => {
    let place = chance() * 100;
    const found = habits.find(({ share }) => (place -= share) < 0);
    return found ?? habits[0]!;
  };
  const points: PerformancePoint[] = [];
  while (points.length < count) {
    const time = sampleNow - Math.floor(chance() * dayMs);
    const hour = new Date(time).getUTCHours();
    if (chance() * 16 > (busy[hour] ?? 0)) continue;
    const habit = pick();
    const bad =
      hour === 10 && new Date(time).getUTCMinutes() < 40 && habit.upstream === "gpu-server";
    const failed = chance() < (bad ? 0.5 : habit.fails);
    const prompt = Math.max(8, Math.round(habit.prompt * spread(2)));
    const completion = Math.max(2, Math.round(habit.completion * spread(2.2)));
    const first = Math.round((60 + (prompt / habit.reads) * 1000) * spread(0.8) * (bad ? 3 : 1));
    const writing = Math.round((completion / habit.writes) * 1000 * spread(0.6));
    points.push({
      id: `0195a2c4-${(points.length & 0xffff).toString(16).padStart(4, "0")}-7000-8000-${points.length.toString(16).padStart(12, "0")}`,
      timestamp: new Date(time).toISOString(),
      model: habit.model,
      upstream: habit.upstream,
      ...askers[Math.floor(askedBy() * askers.length)]!,
      state: failed ? "failed" : "completed",
      status_code: failed ? 502 : 200,
      duration_ms: failed ? 5_000 : first + writing,
      ttft_ms: failed ? null : first,
      prompt_tokens: failed ? null : prompt,
      completion_tokens: failed ? null : completion,
      total_tokens: failed ? null : prompt + completion,
      cost: null,
    });
  }
  return points.toSorted((a, b) => (a.timestamp < b.timestamp ? 1 : -1));
}

/** A log whose calls these are: their points, and figures of them, as they are filtered. */
export function dayLog(
  points: readonly PerformancePoint[],
): Pick<Browse, "performance"> & Pick<PeriodReader, "period"> {
  const of = ({ since, until, ...filter }: Partial<PointsFilter>) =>
    points.filter((point) => {
      const time = Date.parse(point.timestamp);
      return (
        time >= (since ?? 0) &&
        time < (until ?? Number.POSITIVE_INFINITY) &&
        (filter.model === undefined || (point.model?.includes(filter.model) ?? false)) &&
        (["upstream", "user", "client", "state"] as const).every(
          (name) => filter[name] === undefined || point[name] === filter[name],
        )
      );
    });
  return {
    performance: ({ limit, ...filter }) => Promise.resolve({ points: of(filter).slice(0, limit) }),
    period: (question) => Promise.resolve(periodOfCalls(of(question.filter), question)),
  };
}
