// How long the read API's questions take on a large log, asked as the reading thread asks them.
// Run it with: bun bench/log-million.ts [rows, default 1000000] [file of an earlier run, to ask it again]
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilesystemBlobs } from "../src/adapters/blobs/filesystem-blobs.ts";
import { openDatabase, openForReading } from "../src/adapters/logs/database.ts";
import { createSqliteReader } from "../src/adapters/logs/sqlite-reader.ts";
import { createSqliteStore } from "../src/adapters/logs/sqlite-store.ts";
import type { LogFilter } from "../src/ports/browse.ts";
import type { LogReader, LogWrite } from "../src/ports/log-store.ts";
import { captured, logWrite } from "../tests/lab/log-entries.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { createRandom } from "../tests/lab/random.ts";

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), "smolrouter-million-"));
const path = process.argv[3] ?? join(folder, "requests.db");
const weekMs = 7 * 86_400_000;
const now = Date.UTC(2026, 2, 1, 12);
const chance = createRandom(1);
const random = () => chance.next();
const below = (most: number) => Math.floor(random() * most);
/** Few are common and most are rare, as words are. */
const skewed = (most: number) => Math.floor(most * random() ** 3);

const vocabulary = Array.from({ length: 30_000 }, (_, at) => (at * 7_919 + 1_000).toString(36));
const models = Array.from(
  { length: 24 },
  (_, at) => `model-${String.fromCodePoint(97 + at)}:${at}b`,
);
const upstreams = ["desk", "rack-1", "rack-2", "hosted", "default"];
const text = (words: number) =>
  Array.from({ length: words }, () => vocabulary[skewed(vocabulary.length)]).join(" ");

/** The id of the row at a place: a UUIDv7 of its time. */
function idOf(time: number): string {
  const hex = time.toString(16).padStart(12, "0");
  const tail = below(2 ** 32)
    .toString(16)
    .padStart(8, "0");
  const counter = below(4_096).toString(16).padStart(3, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${counter}-8000-0000${tail}`;
}

function call(place: number): LogWrite {
  const timestamp = now - weekMs + Math.floor((place * weekMs) / rows);
  const model = models[skewed(models.length)] ?? "";
  const failed = below(50) === 0;
  const cancelled = !failed && below(100) === 0;
  const stream = below(3) > 0;
  const state = failed ? "failed" : cancelled ? "cancelled" : "completed";
  const durationMs = Math.round(200 * 30 ** random());
  const said = [text(40 + below(40)), text(60 + below(60))] as const;
  const [promptTokens, completionTokens] = [below(3_000), below(800)];
  return logWrite(
    {
      id: idOf(timestamp),
      timestamp,
      state,
      completedAt: timestamp + durationMs,
      service: below(10) === 0 ? "ollama" : "openai",
      originalModel: model,
      mappedModel: below(4) === 0 ? models[skewed(models.length)]! : model,
      upstream: upstreams[skewed(upstreams.length)]!,
      statusCode: failed ? [500, 502, 503, 429, 404][below(5)]! : cancelled ? 499 : 200,
      errorMessage: failed ? "upstream desk: connection refused" : null,
      path: "/v1/chat/completions",
      durationMs,
      ttftMs: stream ? durationMs / 5 : null,
      stream,
    },
    { request: captured(said[0]), response: captured(said[1]) },
    { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
    said.join("\n"),
  );
}

async function build(): Promise<void> {
  const started = performance.now();
  const { database } = await openDatabase(path, now);
  const blobs = createFilesystemBlobs(join(folder, "blobs"));
  const store = createSqliteStore({ tables: database.tables, blobs, inlineLimit: 16_384 });
  const batches: number[] = [];
  for (let place = 0; place < rows;) {
    const batch = Array.from({ length: Math.min(500, rows - place) }, () => call(place++));
    const before = performance.now();
    await store.write(batch);
    batches.push(performance.now() - before);
    if (place % 100_000 === 0)
      console.error(`${place} rows, ${Math.round((performance.now() - started) / 1000)} s`);
  }
  database.close();
  const seconds = batches.reduce((sum, ms) => sum + ms, 0) / 1000;
  batches.sort((a, b) => a - b);
  console.log(
    `${rows} rows written through the store in ${seconds.toFixed(0)} s (${Math.round(rows / seconds)} rows/s; ` +
      `a batch of 500: median ${batches[batches.length >> 1]?.toFixed(0)} ms, slowest ${batches.at(-1)?.toFixed(0)} ms), ` +
      `${Math.round(statSync(path).size / rows)} bytes a row`,
  );
}

const day = 86_400_000;
const list = (filter: Partial<LogFilter>) => (reader: LogReader) =>
  reader.list({ limit: 50, ...filter });
const rare = vocabulary.at(-7) ?? "";
const common = vocabulary[3] ?? "";
const middle = idOf(now - weekMs / 2);

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
  if (!existsSync(path)) await build();
  const database = openForReading(path);
  const reader = createSqliteReader(database.tables, createFilesystemBlobs(join(folder, "blobs")));
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
