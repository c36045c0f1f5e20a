// How many rows a router brings into the database, and what a row costs it: a backlog written while the
// database is away, then drained.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPostgresEngine } from "../../src/adapters/logs/postgres/postgres-engine.ts";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { createRandom } from "../../tests/lab/random.ts";
import { idAt, logWrite } from "../../tests/lab/log-entries.ts";
import { countedRows, startScaleLab } from "../lab/scale-lab.ts";

const batchRows = 200;
const batches = 250;

const kinds: readonly (readonly [name: string, words: number])[] = [
  ["without words to search", 0],
  ["with 150 words a row", 150],
];

export async function benchShipping(): Promise<void> {
  for (const [name, words] of kinds) {
    const lab = await startScaleLab();
    const folder = mkdtempSync(join(tmpdir(), "smolrouter-scale-"));
    const engine = createPostgresEngine({ openObjects: () => null });
    try {
      lab.server.stop("fast");
      await engine.open(
        {
          path: join(folder, "spool.db"),
          blobs: { type: "filesystem", path: folder, inlineLimit: 16_384, maxTotalSize: 2 ** 40 },
          shared: {
            url: lab.database,
            instanceName: "bench",
            version: "bench",
            spoolMaxSize: 2 ** 40,
            maxLogAgeMs: null,
          },
        },
        Date.now(),
      );
      const made = Array.from({ length: batches }, (_, batch) => batchOf(batch, words));
      const writingAt = performance.now();
      for (const batch of made) await engine.write(batch);
      const writing = performance.now() - writingAt;
      lab.server.start();
      const rows = batches * batchRows;
      const waiting = () => engine.shared?.spool().rows ?? 0;
      // Until the next try, which the outage has put off.
      while (waiting() === rows) await Bun.sleep(2);
      const [drainingAt, toDrain] = [performance.now(), waiting()];
      while (waiting() > 0) await Bun.sleep(5);
      const draining = performance.now() - drainingAt;
      const there = await countedRows(lab.client);
      const [size] = await lab.client.run<{ bytes: string; words: string }>(
        `select sum(pg_total_relation_size(c.oid)) filter (where relname not like 'search%') as bytes,
          sum(pg_total_relation_size(c.oid)) filter (where relname like 'search%') as words
          from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace`,
      );
      console.log(
        `${name}: ${(toDrain / (draining / 1_000)).toFixed(0)} rows/s out of the outbox; ` +
          `${((writing / rows) * 1_000).toFixed(0)} µs a row into it; ${there.rows} of ${rows} there, figures ${there.figures}; ` +
          `${(Number(size?.bytes) / rows).toFixed(0)} bytes a row with its indexes, ${(Number(size?.words) / rows).toFixed(0)} for the search`,
      );
    } finally {
      await engine.close();
      await lab.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

const startedAt = Date.now() - 3_600_000;
const random = createRandom(7);
/** Some are in many rows, most in few. */
const word = () => `word${Math.floor(random.next() ** 3 * 20_000)}`;

function batchOf(batch: number, words: number): readonly LogWrite[] {
  return Array.from({ length: batchRows }, (_, at) => {
    const number = batch * batchRows + at;
    const timestamp = startedAt + number * 10;
    const text = Array.from({ length: words }, word).join(" ");
    return logWrite({ id: idAt(timestamp, number), timestamp }, {}, { promptTokens: 9 }, text);
  });
}
