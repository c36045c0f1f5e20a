// How long the read API's questions take on a large log, asked as the reading thread asks them.
// Run it with: bun bench/log-million.ts [rows, default 1000000] [file of an earlier run, to ask it again]
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilesystemBlobs } from "../src/adapters/blobs/filesystem-blobs.ts";
import { openForReading } from "../src/adapters/logs/sqlite/database.ts";
import { createSqliteReader } from "../src/adapters/logs/sqlite/sqlite-reader.ts";
import type { LogFilter } from "../src/ports/browse.ts";
import type { LogReader } from "../src/ports/log-reader.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { blobsBeside, fillLog, logEnd as now, weekMs } from "./lab/fill-log.ts";
import { models, sampleId, vocabulary } from "./lab/sample-calls.ts";

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), "smolrouter-million-"));
const path = process.argv[3] ?? join(folder, "requests.db");

const day = 86_400_000;
const list = (filter: Partial<LogFilter>) => (reader: LogReader) =>
  reader.list({ limit: 50, ...filter });
const rare = vocabulary.at(-7) ?? "";
const common = vocabulary[3] ?? "";
const middle = sampleId(now - weekMs / 2);

const questions: readonly (readonly [string, (reader: LogReader) => Promise<unknown>])[] = [
  ["list: newest", list({})],
  ["list: 500 rows", list({ limit: 500 })],
  ["list: from the middle", list({ before: middle })],
  ["list: since an hour", list({ since: now - 3_600_000 })],
  ["list: model", list({ model: models[2]! })],
  ["list: rarest model", list({ model: models.at(-1)! })],
  ["list: model that is not there", list({ model: "no-such" })],
  ["list: state failed", list({ state: "failed" })],
  ["list: state inflight (none)", list({ state: "inflight" })],
  ["list: status 429", list({ status: { from: 429, to: 429 } })],
  ["list: status 5xx", list({ status: { from: 500, to: 599 } })],
  ["list: status 3xx (none)", list({ status: { from: 300, to: 399 } })],
  ["list: service ollama", list({ service_type: "ollama" })],
  ["list: upstream", list({ upstream: "hosted" })],
  [
    "list: model + upstream + state",
    list({ model: models[5]!, upstream: "rack-2", state: "failed" }),
  ],
  ["list: failed + 2xx (none)", list({ state: "failed", status: { from: 200, to: 299 } })],
  ["list: completed + 5xx (none)", list({ state: "completed", status: { from: 500, to: 599 } })],
  [
    "list: ollama + since a day + 5xx",
    list({ service_type: "ollama", since: now - day, status: { from: 500, to: 599 } }),
  ],
  ["search: common word", list({ q: common })],
  ["search: common word, from the middle", list({ q: common, before: middle })],
  ["search: rare word", list({ q: rare })],
  ["search: word that is not there", list({ q: "zzzzzzzz" })],
  ["search: two common words", list({ q: `${common} ${vocabulary[5]}` })],
  ["search: common and rare", list({ q: `${common} ${rare}` })],
  ["search: beginning of words (3 letters)", list({ q: (vocabulary[50] ?? "").slice(0, 3) })],
  ["search: phrase", list({ q: `"${vocabulary[3]} ${vocabulary[4]}"` })],
  ["search: a model's name", list({ q: models[2]! })],
  ["search: an error's words", list({ q: "connection refused" })],
  ["search: common word + failed", list({ q: common, state: "failed" })],
  ["search: rare word + failed", list({ q: rare, state: "failed" })],
  ["statistics: all", (reader) => reader.stats(null)],
  ["statistics: last 24 h", (reader) => reader.stats(now - day)],
  ["statistics: last 24 h 31 min 7 s", (reader) => reader.stats(now - day - 1_867_000)],
  ["points: 24 h, 1,000", (reader) => reader.points({ since: now - day, limit: 1_000 })],
  ["points: 7 days, 10,000", (reader) => reader.points({ since: now - weekMs, limit: 10_000 })],
  [
    "points: rarest model",
    (reader) => reader.points({ since: now - weekMs, limit: 1_000, model: models.at(-1)! }),
  ],
  [
    "one request with its bodies",
    async (reader) => {
      const { logs } = await reader.list({ limit: 1, before: middle });
      return reader.get(logs[0]?.id ?? "");
    },
  ],
];

try {
  if (!existsSync(path)) console.log(await fillLog(path, rows));
  const database = openForReading(path);
  const reader = createSqliteReader(
    database.connection,
    createFilesystemBlobs(blobsBeside(path)),
    database.state.search,
  );
  const results: (readonly [string, string, string])[] = [];
  let over = 0;
  for (const [name, ask] of questions) {
    const times: number[] = [];
    for (let run = 0; run < 11; run++) {
      const before = performance.now();
      await ask(reader);
      times.push(performance.now() - before);
    }
    const first = times[0] ?? 0;
    const median = times.toSorted((a, b) => a - b)[5] ?? 0;
    if (median > 100) over++;
    results.push([name, first.toFixed(1), median.toFixed(1)]);
  }
  database.close();
  printTable(`ms, of ${rows} rows`, ["question", "first", "median of 11"], results);
  console.log(over === 0 ? "all medians under 100 ms" : `${over} medians over 100 ms`);
} finally {
  if (process.argv[4] !== "keep") rmSync(folder, { recursive: true, force: true });
}
