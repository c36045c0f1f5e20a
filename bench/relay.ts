// What the router costs: the same calls straight to a fake model server and through the router, side by
// side in one run. `bun bench/relay.ts [rounds]`; figures of one machine compare with each other only.
import { type Child, startFake, startRouterProcess } from "./lab/children.ts";
import { median } from "./lab/median.ts";

const rounds = Number(process.argv[2] ?? 3);
const callsPerRound = 4_000;
const atOnce = 16;

const body = (stream: boolean) =>
  JSON.stringify({
    model: "m",
    stream,
    messages: [{ role: "user", content: "Tell me something. ".repeat(50) }],
  });

interface Sample {
  readonly perSecond: number;
  /** µs of the measured process. */
  readonly cpuPerCall: number;
}

async function load(url: string, stream: boolean, measured: Child): Promise<Sample> {
  const payload = body(stream);
  let left = callsPerRound;
  const cpu = measured.cpu();
  const start = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", body: payload });
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      await response.bytes();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - start) / 1_000;
  return {
    perSecond: callsPerRound / seconds,
    cpuPerCall: ((measured.cpu() - cpu) / callsPerRound) * 1e6,
  };
}

/** ms from sending to the first event of a stream. */
async function firstEvent(url: string): Promise<number> {
  const start = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", body: body(true) });
  const reader = response.body?.getReader();
  await reader?.read();
  const took = performance.now() - start;
  await reader?.cancel();
  return took;
}

const fake = await startFake();
const quiet = await startRouterProcess({ DEFAULT_UPSTREAM: fake.url, ENABLE_LOGGING: "false" });
const logging = await startRouterProcess({ DEFAULT_UPSTREAM: fake.url });
const sides = [
  { name: "direct", url: fake.url, child: fake },
  { name: "router, log off", url: quiet.url, child: quiet },
  { name: "router, log on", url: logging.url, child: logging },
];
try {
  for (const stream of [false, true]) {
    for (const { url, child } of sides) await load(url, stream, child); // warm
    const samples = new Map<string, Sample[]>(sides.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const { name, url, child } of sides)
        samples.get(name)?.push(await load(url, stream, child));
    console.log(`${stream ? "streamed" : "plain"} chat, ${atOnce} at once, medians of ${rounds}:`);
    for (const [name, taken] of samples)
      console.log(
        `  ${name.padEnd(16)} ${median(taken.map((sample) => sample.perSecond))
          .toFixed(0)
          .padStart(6)} calls/s` +
          `  ${median(taken.map((sample) => sample.cpuPerCall))
            .toFixed(0)
            .padStart(5)} µs of its processor time per call`,
      );
  }
  console.log("time to the first event of a stream, one at a time, medians of 300:");
  for (const { name, url } of sides) {
    const taken: number[] = [];
    for (let call = 0; call < 300; call++) taken.push(await firstEvent(url));
    const p99 = taken.toSorted((a, b) => a - b)[296] ?? 0;
    console.log(
      `  ${name.padEnd(16)} ${median(taken).toFixed(2).padStart(6)} ms, p99 ${p99.toFixed(2)} ms`,
    );
  }
  for (const { name, child } of sides.slice(1))
    console.log(`resident memory of ${name}: ${(child.memory() / 1_048_576).toFixed(0)} MB`);
} finally {
  await Promise.all(sides.map(({ child }) => child.stop()));
}
