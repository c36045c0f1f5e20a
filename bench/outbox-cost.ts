// What a call costs the log's thread where several routers share a database: packed and written into
// the outbox, and shipped from it. `bun bench/outbox-cost.ts [rows]`; ships where DATABASE_URL is set.
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOutbox } from "../src/adapters/logs/outbox/outbox.ts";
import { openOutboxFile } from "../src/adapters/logs/outbox/outbox-file.ts";
import { createWritePacker } from "../src/adapters/logs/outbox/pack-writes.ts";
import { unpackShipment } from "../src/adapters/logs/outbox/shipment-codec.ts";
import { createEntryReader } from "../src/adapters/logs/pipeline/read-entry.ts";
import { createClient } from "../src/adapters/logs/postgres/client.ts";
import { createPostgresStore } from "../src/adapters/logs/postgres/postgres-store.ts";
import { closeConnection } from "../src/adapters/logs/sqlite-file/run-sql.ts";
import { idAt, captured, logWrite } from "../tests/lab/log-entries.ts";
import { createRandom } from "../tests/lab/random.ts";

const rows = Number(process.argv[2] ?? 10_000);
const batchSize = 25;
const random = createRandom(1);
const words = Array.from({ length: 4_000 }, (_, at) => `${at.toString(36)}word`);
const text = (count: number) => Array.from({ length: count }, () => random.pick(words)).join(" ");
const reader = createEntryReader();
const now = Date.now();

/** An agent's turn: what was said before, and some 6 kB more. */
let said: { role: string; content: string }[] = [];
const writes = Array.from({ length: rows }, (_, at) => {
  if (at % 12 === 0) said = [];
  said = [...said, { role: "user", content: text(120) }];
  const { entry } = logWrite({
    id: idAt(now + at, at),
    timestamp: now + at,
    state: at % 20 === 0 ? "failed" : "completed",
  });
  const answer = { choices: [{ message: { role: "assistant", content: text(80) } }] };
  const bodies = {
    request: captured(JSON.stringify({ model: "m", messages: said })),
    response: captured(JSON.stringify(answer)),
  };
  return reader.read({ entry, bodies });
});

/** ms of this process's processor time: others may be at work beside it. */
function own(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const path = join(tmpdir(), `outbox-cost-${process.pid}.db`);
const file = await openOutboxFile(path, now);
const outbox = createOutbox(file.db, 1e10);
const packer = createWritePacker({ inlineLimit: null, now: Date.now });
let [packing, putting, bytes] = [0, 0, 0];
for (let at = 0; at < rows; at += batchSize) {
  const startedAt = own();
  const flush = await packer.pack(writes.slice(at, at + batchSize), true);
  const packedAt = own();
  outbox.put(flush.batches, now);
  flush.committed();
  packing += packedAt - startedAt;
  putting += own() - packedAt;
}
bytes = outbox.bytes();
const each = (ms: number) => `${((ms * 1_000) / rows).toFixed(1)} µs a row`;
console.log(`${rows} rows in batches of ${batchSize}, ${Math.round(bytes / rows)} bytes a row`);
console.log(`read into segments, words and bytes: ${each(packing)}`);
console.log(`written into the outbox: ${each(putting)}`);

const url = process.env["DATABASE_URL"];
if (url !== undefined) {
  const client = createClient({ url, connections: 1, silenceMs: 20_000 });
  const store = createPostgresStore({ client, maxLogAgeMs: null });
  await store.settle({ id: file.instance, name: "bench", version: "1" });
  const startedAt = performance.now();
  const before = own();
  for (;;) {
    const group = outbox.next(0, 4 * 1024 * 1024);
    const last = group.at(-1);
    if (last === undefined) break;
    outbox.offered(last.seq);
    await store.ship(group.map((batch) => unpackShipment(batch.seq, batch)));
    outbox.arrived(last.seq);
  }
  const ms = performance.now() - startedAt;
  console.log(
    `shipped at ${Math.round((rows * 1_000) / ms)} rows/s; own processor time ${each(own() - before)}`,
  );
  await client.close();
}
closeConnection(file.db);
for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
