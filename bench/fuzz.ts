// Odd requests against a router in a process of its own: `bun bench/fuzz.ts [requests] [seed] [port of a proxy in front]`.
// Without a proxy it starts everything; ends 1 where an answer is a 5xx of the router's making, or memory grows.
import { spawnRouter } from "../tests/lab/spawn-router.ts";
import { oddRequests } from "../tests/lab/odd-requests.ts";
import { sendOdd } from "../tests/lab/send-odd.ts";

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);
const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MB`;

const upstream = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => Response.json({ choices: [], done: true }),
});
const env = { DEFAULT_UPSTREAM: `http://127.0.0.1:${upstream.port}` };
const router = await spawnRouter({ env }, { probe: true });
const port = Number(new URL(router.url).port);
const next = oddRequests(seed);
let failed = false;
try {
  await sendOdd(port, next, Math.ceil(count / 5), 64);
  const before = await router.probe();
  const start = performance.now();
  const tally = await sendOdd(port, next, count, 64);
  const seconds = (performance.now() - start) / 1_000;
  const filesAtEnd = router.openFiles();
  // Connections that were left or broken off are closed by then: a head has 12 s to come.
  await Bun.sleep(15_000);
  const after = await router.probe();
  const statuses = [...tally.statuses].toSorted(([a], [b]) => a - b);
  console.log(`${tally.sent} requests in ${seconds.toFixed(1)} s, seed ${seed}`);
  console.log(statuses.map(([status, times]) => `${status}: ${times}`).join("  "));
  console.log(
    `memory after a collection: ${megabytes(before.resident)} → ${megabytes(after.resident)}, ` +
      `objects ${before.objects} → ${after.objects}, timers ${before.timers} → ${after.timers}, ` +
      `open files ${filesAtEnd}, 15 s later ${router.openFiles()}`,
  );
  for (const bad of tally.bad.slice(0, 10)) console.log(`\n${JSON.stringify(bad)}`);
  console.log(`${tally.bad.length} answers that should not be`);
  failed = tally.bad.length > 0 || after.objects > before.objects * 1.2;
} finally {
  await router.stop();
  await upstream.stop(true);
}
process.exit(failed ? 1 : 0);
