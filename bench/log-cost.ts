// What the log costs: processor time for each request with it and without, in one run, side by side.
// The request path is the main thread (its time as the kernel counts it, /proc/<pid>/schedstat);
// the log's own threads come on top in the whole process's time. Linux only.
// Run it with: bun bench/log-cost.ts [rounds, default 9] [calls a round, default 4000]
import { readFileSync } from "node:fs";
import { printTable } from "../tests/lab/print-table.ts";
import { type Child, startFake, startRouterProcess } from "./lab/children.ts";

const rounds = Number(process.argv[2] ?? 9);
const callsPerRound = Number(process.argv[3] ?? 4_000);
const atOnce = 16;

const body = (stream: boolean, number: number) =>
  JSON.stringify({
    model: "m",
    stream,
    messages: [{ role: "user", content: `Call ${number}. ${"Tell me something. ".repeat(50)}` }],
  });

interface Spent {
  /** µs a call. */
  readonly main: number;
  readonly process: number;
}

const mainThread = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e3;

async function load(child: Child, stream: boolean): Promise<Spent> {
  let left = callsPerRound;
  const before = { main: mainThread(child.pid), process: child.cpu() * 1e6 };
  const client = async () => {
    while (left-- > 0) {
      const response = await fetch(`${child.url}/v1/chat/completions`, {
        method: "POST",
        body: body(stream, left),
      });
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      await response.bytes();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  // What the log still writes belongs to these calls.
  await fetch(`${child.url}/api/logs?limit=1`);
  return {
    main: (mainThread(child.pid) - before.main) / callsPerRound,
    process: (child.cpu() * 1e6 - before.process) / callsPerRound,
  };
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const fake = await startFake();
const off = await startRouterProcess({ DEFAULT_UPSTREAM: fake.url, ENABLE_LOGGING: "false" });
const on = await startRouterProcess({ DEFAULT_UPSTREAM: fake.url });
try {
  const lines: (readonly string[])[] = [];
  for (const stream of [false, true]) {
    await load(off, stream); // warm
    await load(on, stream);
    const pairs: (readonly [Spent, Spent])[] = [];
    for (let round = 0; round < rounds; round++) {
      // Who goes first alternates, so that a machine that warms up favours neither.
      const first = round % 2 === 0 ? off : on;
      const second = first === off ? on : off;
      const spent = [await load(first, stream), await load(second, stream)] as const;
      pairs.push(first === off ? spent : [spent[1], spent[0]]);
    }
    for (const part of ["main", "process"] as const) {
      const ratios = pairs.map(([without, withLog]) => withLog[part] / without[part]);
      lines.push([
        `${stream ? "streamed" : "plain"}, ${part === "main" ? "main thread" : "whole process"}`,
        median(pairs.map(([without]) => without[part])).toFixed(0),
        median(pairs.map(([, withLog]) => withLog[part])).toFixed(0),
        median(ratios).toFixed(3),
        `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`,
      ]);
    }
  }
  printTable(
    `µs of processor time a request, medians of ${rounds} rounds of ${callsPerRound}, ${atOnce} at once`,
    ["", "log off", "log on", "ratio", "over the rounds"],
    lines,
  );
  const stats = (await (await fetch(`${on.url}/api/stats`)).json()) as {
    total: { requests: number };
    dropped_rows: object;
  };
  console.log(`rows: ${stats.total.requests}, dropped: ${JSON.stringify(stats.dropped_rows)}`);
} finally {
  await Promise.all([fake.stop(), off.stop(), on.stop()]);
}
