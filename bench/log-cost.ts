// What the log costs: processor time for each request with it and without, in one run, side by side.
// The request path is the main thread (its time as the kernel counts it, /proc/<pid>/schedstat);
// the log's own threads come on top in the whole process's time. Linux only.
// At a steady pace both processors have time to spare; as fast as it goes, client, fake and log fight
// for them, and the main thread pays for the caches that it shares.
// Run it with: bun bench/log-cost.ts [rounds, default 9] [calls a round, default 2000]
import { readFileSync } from "node:fs";
import { inParallel } from "../tests/lab/in-parallel.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { type Child, startFake, startRouterProcess } from "./lab/children.ts";
import { median } from "./lab/median.ts";

const rounds = Number(process.argv[2] ?? 9);
const callsPerRound = Number(process.argv[3] ?? 2_000);
const atOnce = 16;
/** Until the runtime has compiled what is measured, its compiler counts too. */
const warmUpRounds = 6;

/** Sends a round's calls: so many a second, however long each takes, or as fast as the clients can. */
type Pace = (call: (number: number) => Promise<void>) => Promise<void>;

function perSecond(rate: number): Pace {
  return async (call) => {
    const start = performance.now();
    const sent: Promise<void>[] = [];
    while (sent.length < callsPerRound) {
      const due = Math.min(callsPerRound, ((performance.now() - start) * rate) / 1_000);
      while (sent.length < due) sent.push(call(sent.length));
      await Bun.sleep(1);
    }
    await Promise.all(sent);
  };
}

const asFastAsItGoes: Pace = async (call) => {
  const numbers = Array.from({ length: callsPerRound }, (_, number) => number);
  await inParallel(numbers, atOnce, call);
};

const paces: Readonly<Record<string, Pace>> = {
  "1,000 a second": perSecond(1_000),
  "as fast as it goes": asFastAsItGoes,
};

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

async function load(child: Child, stream: boolean, pace: Pace): Promise<Spent> {
  const before = { main: mainThread(child.pid), process: child.cpu() * 1e6 };
  await pace(async (number) => {
    const response = await fetch(`${child.url}/v1/chat/completions`, {
      method: "POST",
      body: body(stream, number),
    });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    await response.bytes();
  });
  // What the log still writes belongs to these calls.
  await fetch(`${child.url}/api/logs?limit=1`);
  return {
    main: (mainThread(child.pid) - before.main) / callsPerRound,
    process: (child.cpu() * 1e6 - before.process) / callsPerRound,
  };
}

type Pair = readonly [without: Spent, withLog: Spent];

async function compare(off: Child, on: Child, stream: boolean, pace: Pace): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first alternates, so that a machine that warms up favours neither.
    const offFirst = round % 2 === 0;
    const first = await load(offFirst ? off : on, stream, pace);
    const second = await load(offFirst ? on : off, stream, pace);
    pairs.push(offFirst ? [first, second] : [second, first]);
  }
  return pairs;
}

function line(name: string, pairs: readonly Pair[], part: keyof Spent): readonly string[] {
  const ratios = pairs.map(([without, withLog]) => withLog[part] / without[part]);
  return [
    name,
    median(pairs.map(([without]) => without[part])).toFixed(0),
    median(pairs.map(([, withLog]) => withLog[part])).toFixed(0),
    median(ratios).toFixed(3),
    `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`,
  ];
}

const fake = await startFake();
const off = await startRouterProcess({ DEFAULT_UPSTREAM: fake.url, ENABLE_LOGGING: "false" });
const on = await startRouterProcess({ DEFAULT_UPSTREAM: fake.url });
try {
  for (const stream of [false, true])
    for (let round = 0; round < warmUpRounds; round++)
      for (const child of [off, on]) await load(child, stream, asFastAsItGoes);
  for (const [name, pace] of Object.entries(paces)) {
    const plain = await compare(off, on, false, pace);
    const streamed = await compare(off, on, true, pace);
    printTable(
      `µs of processor time a request, ${name}, medians of ${rounds} rounds of ${callsPerRound}`,
      ["", "log off", "log on", "ratio", "over the rounds"],
      [
        line("plain, main thread", plain, "main"),
        line("plain, whole process", plain, "process"),
        line("streamed, main thread", streamed, "main"),
        line("streamed, whole process", streamed, "process"),
      ],
    );
  }
  const stats = (await (await fetch(`${on.url}/api/stats`)).json()) as {
    total: { requests: number };
    dropped_rows: object;
  };
  console.log(`rows: ${stats.total.requests}, dropped: ${JSON.stringify(stats.dropped_rows)}`);
} finally {
  await Promise.all([fake.stop(), off.stop(), on.stop()]);
}
