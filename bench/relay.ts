// What the router costs: processor time of all its threads for each call and each event of a stream,
// beside the least that this runtime can do (a bare pass-through, "the floor": as anybody would start
// it, and with the router's settings of the runtime), nginx where it is installed, and the time that a
// call takes longer. Sides take turns within one run and are given as ratios: the figures of two runs
// do not compare. Linux, best with two idle processors: what is measured has the first one to itself,
// load and model server the others.
// Run it with: bun bench/relay.ts [rounds, default 5] [seconds a round, default 2] [only=NAME]
import { runtimeSettings } from "../src/app/cli/runtime-settings.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { type Child, startFloor, startNginx, startRouterProcess } from "./lab/children.ts";
import { type Loaded, runLoad } from "./lab/load.ts";
import { median } from "./lab/median.ts";
import { type BenchAnswer, startModelServer, words } from "./lab/model-server.ts";
import { pin, spentMs, threadTimes } from "./lab/processor.ts";

const [, , roundsGiven = "5", secondsGiven = "2", onlyGiven = ""] = process.argv;
const rounds = Number(roundsGiven);
const seconds = Number(secondsGiven);
const only = onlyGiven.replace(/^only=/, "");

interface Scenario {
  readonly name: string;
  readonly atOnce: number;
  readonly answer: BenchAnswer;
  readonly path?: string;
  readonly body: (call: number) => Buffer;
  /** Calls of a round; null: as many as there is time for. */
  readonly calls: number | null;
  /** What the time is divided by. */
  readonly per: "call" | "event";
}

const plain = (name: string, bytes: number, distinct: boolean, atOnce = 64): Scenario => {
  const text = words(bytes - 80);
  const body = (call: number) =>
    Buffer.from(
      JSON.stringify({
        model: "m",
        messages: [{ role: "user", content: (distinct ? `Call ${call}. ` : "Call. ") + text }],
      }),
    );
  const same = body(0);
  return {
    name,
    atOnce,
    answer: `plain ${bytes}`,
    body: distinct ? body : () => same,
    calls: null,
    per: "call",
  };
};

const streamed = (name: string, atOnce: number, rate: number): Scenario => {
  const body = Buffer.from(
    JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "Call." }] }),
  );
  const events = Math.round(seconds * rate);
  return {
    name,
    atOnce,
    answer: `stream ${events} ${rate}`,
    body: () => body,
    calls: atOnce,
    per: "event",
  };
};

/** The model server speaks chat: the router translates each event, everybody else passes it. */
const translated = (name: string, atOnce: number, rate: number): Scenario => {
  const messages = [{ role: "user", content: "Call." }];
  const body = Buffer.from(JSON.stringify({ model: "m", stream: true, max_tokens: 9, messages }));
  return { ...streamed(name, atOnce, rate), path: "/v1/messages", body: () => body };
};

const scenarios: readonly Scenario[] = [
  plain("1 KB", 1_024, false),
  plain("1 KB, each another", 1_024, true),
  plain("16 KB", 16_384, false),
  plain("1 MB", 1_048_576, false, 16),
  streamed("event, 64 streams of 50/s", 64, 50),
  streamed("event, 200 streams of 200/s", 200, 200),
  translated("translated event, 64 streams of 50/s", 64, 50),
  translated("translated event, 200 streams of 200/s", 200, 200),
].filter(({ name }) => only === "" || name.startsWith(only));

interface Side {
  readonly name: string;
  readonly child: Child;
}

interface Round {
  /** µs of processor time, all threads. */
  readonly spent: number;
  readonly late: readonly number[];
  readonly perSecond: number;
}

async function measure({ child }: Side, scenario: Scenario): Promise<Round> {
  const before = threadTimes(child.pid);
  const start = performance.now();
  const until = start + seconds * 1_000;
  const { calls: most } = scenario;
  const loaded: Loaded = await runLoad(child.url, {
    ...scenario,
    over: (calls) => (most === null ? performance.now() >= until : calls >= most),
  });
  const took = performance.now() - start;
  await settled(child.pid);
  const events = scenario.per === "event" ? Number(scenario.answer.split(" ")[1]) : 1;
  return {
    spent: (spentMs(child.pid, before) * 1_000) / (loaded.calls * events),
    late: loaded.late,
    perSecond: (loaded.calls * events * 1_000) / took,
  };
}

/** What was put off until after the load belongs to it. */
async function settled(pid: number): Promise<void> {
  for (let look = 0; look < 50; look++) {
    const before = threadTimes(pid);
    await Bun.sleep(100);
    if (spentMs(pid, before) < 2) return;
  }
}

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;

const floorName = "floor";
const warmUpRounds = 2;

async function compare(sides: readonly Side[], scenario: Scenario): Promise<void> {
  const taken = new Map<string, Round[]>(sides.map(({ name }) => [name, []]));
  // The runtime compiles what it has seen often; until then its compiler is measured.
  for (let round = 0; round < warmUpRounds; round++)
    for (const side of sides) await measure(side, scenario);
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? sides : sides.toReversed())
      taken.get(side.name)?.push(await measure(side, scenario));
  const floor = taken.get(floorName) ?? [];
  printTable(
    `${scenario.name}, ${scenario.atOnce} at once: µs of processor time per ${scenario.per}, medians of ${rounds} rounds`,
    ["", "µs", "× floor", "over the rounds", `${scenario.per}s/s`, "late p50", "late p99 (ms)"],
    [...taken].map(([name, all]) => {
      const ratios = all.map(({ spent }, at) => spent / (floor[at]?.spent ?? spent));
      const late = all.flatMap((one) => one.late);
      return [
        name,
        median(all.map(({ spent }) => spent)).toFixed(1),
        median(ratios).toFixed(2),
        `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
        median(all.map(({ perSecond }) => perSecond)).toFixed(0),
        late.length === 0 ? "" : median(late).toFixed(2),
        late.length === 0 ? "" : median(all.map((one) => p99(one.late))).toFixed(2),
      ];
    }),
  );
}

/** How long a call takes where nothing else happens. */
async function latency(sides: readonly Side[]): Promise<void> {
  const taken = new Map<string, number[]>(sides.map(({ name }) => [name, []]));
  const scenario = plain("latency", 1_024, false, 1);
  for (let round = 0; round < 10; round++)
    for (const { name, child } of sides) {
      const { took } = await runLoad(child.url, { ...scenario, over: (calls) => calls >= 200 });
      if (round > 0) taken.get(name)?.push(...took);
    }
  const floor = median(taken.get(floorName) ?? []);
  printTable(
    "one call of 1 KB at a time: ms",
    ["", "p50", "over the floor (µs)", "p99"],
    [...taken].map(([name, all]) => [
      name,
      median(all).toFixed(3),
      ((median(all) - floor) * 1_000).toFixed(0),
      p99(all).toFixed(3),
    ]),
  );
}

const megabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(0);

/** What is resident: at rest, with 200 streams of a megabyte each under way, and a minute later. */
async function memory(sides: readonly Side[]): Promise<void> {
  const rows: string[][] = [];
  for (const { name, child } of sides) {
    const before = child.memory();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, child.memory())), 50);
    const stream = streamed("memory", 200, 650);
    const events = 6_500;
    await runLoad(child.url, {
      ...stream,
      answer: `stream ${events} 650`,
      over: (calls) => calls >= 200,
    });
    clearInterval(watch);
    await Bun.sleep(60_000);
    rows.push([name, megabytes(before), megabytes(most - before), megabytes(child.memory())]);
  }
  printTable(
    "resident memory (MB), 200 streams of 1 MB",
    ["", "before", "more under them", "a minute later"],
    rows,
  );
}

pin(process.pid, "others");
const model = startModelServer();
const env = { DEFAULT_UPSTREAM: model.url };
const routes = `
servers: { model: { url: "${model.url}", speaks: [chat] } }
routes: [{ match: { path: /v1/messages }, route: { upstream: model } }]`;
const nginx = await startNginx(model.url);
const sides: Side[] = [
  { name: floorName, child: await startFloor(env) },
  { name: "floor, set alike", child: await startFloor({ ...env, ...runtimeSettings }) },
  { name: "log off", child: await startRouterProcess({ ...env, ENABLE_LOGGING: "false" }, routes) },
  { name: "log on", child: await startRouterProcess(env, routes) },
  ...(nginx === null ? [] : [{ name: "nginx", child: nginx }]),
];
try {
  for (const { child } of sides) pin(child.pid, "first");
  await Bun.sleep(2_000);
  const idle = sides.map(({ name, child }) => `${name} ${megabytes(child.memory())}`);
  console.log(`resident memory at rest (MB): ${idle.join(", ")}`);
  for (const scenario of scenarios) await compare(sides, scenario);
  if (only === "" || only === "latency") await latency(sides);
  if (only === "memory") await memory(sides.filter(({ name }) => name.startsWith("log")));
} finally {
  model.stop();
  await Promise.all(sides.map(({ child }) => child.stop()));
}
