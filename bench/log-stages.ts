// What the log's thread spends on a row, stage by stage: µs, for small and large bodies, alike and
// distinct. In one thread and without a router, so that stages can be told apart.
// Run it with: bun bench/log-stages.ts [rounds, default 15]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "bun:sqlite";
import { createFilesystemBlobs } from "../src/adapters/blobs/filesystem-blobs.ts";
import { createSegmentWriter } from "../src/adapters/logs/bodies/segment-writer.ts";
import { createEntryReader } from "../src/adapters/logs/pipeline/read-entry.ts";
import { packBatch, unpackBatch } from "../src/adapters/logs/pipeline/wire-batch.ts";
import { openDatabase } from "../src/adapters/logs/sqlite/database.ts";
import { inTransaction } from "../src/adapters/logs/sqlite-file/run-sql.ts";
import { createCellBook } from "../src/adapters/logs/sqlite/cell-rows.ts";
import { createSearchIndex } from "../src/adapters/logs/sqlite/search-index.ts";
import { segmentTable } from "../src/adapters/logs/sqlite/segment-rows.ts";
import { contentsOf } from "../src/adapters/logs/rows/once-each.ts";
import { writeBatch } from "../src/adapters/logs/sqlite/write-batch.ts";
import { captured, idAt, logEntry, noon } from "../tests/lab/log-entries.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { createRandom } from "../tests/lab/random.ts";
import { words } from "./lab/model-server.ts";
import { vocabulary } from "./lab/sample-calls.ts";

const rounds = Number(process.argv[2] ?? 15);
const random = createRandom(3);

/** Text of which no two calls share a sentence; words are spread as real ones are. */
function prose(characters: number): string {
  let text = "";
  while (text.length < characters)
    text += `${vocabulary[Math.floor(vocabulary.length * random.next() ** 3)]} `;
  return text.slice(0, characters);
}

interface Kind {
  readonly name: string;
  readonly rows: number;
  readonly asked: (call: number) => string;
  readonly said: (call: number) => string;
  /** Of the answer. */
  readonly id: (call: number) => number;
}

const kind = (
  name: string,
  bytes: number,
  rows: number,
  text: "same" | "numbered" | "distinct",
): Kind => {
  const fixed = words(bytes - 260);
  return {
    name,
    rows,
    asked: (call) =>
      text === "distinct" ? prose(bytes - 80) : `Call ${text === "same" ? 0 : call}. ${fixed}`,
    id: (call) => (text === "same" ? 0 : call),
    said: () => (text === "distinct" ? prose(bytes - 260) : fixed),
  };
};

const kinds: readonly Kind[] = [
  kind("1 KB, same", 1_024, 200, "same"),
  kind("1 KB, numbered", 1_024, 200, "numbered"),
  kind("1 KB, other words", 1_024, 200, "distinct"),
  kind("16 KB, same", 16_384, 100, "same"),
  kind("16 KB, other words", 16_384, 100, "distinct"),
  kind("1 MB, same", 1_048_576, 4, "same"),
  kind("1 MB, other words", 1_048_576, 4, "distinct"),
];

const usage = { prompt_tokens: 200, completion_tokens: 100, total_tokens: 300 };
let calls = 0;

function batchOf({ rows, asked, said, id }: Kind) {
  return packBatch(
    Array.from({ length: rows }, () => {
      const call = ++calls;
      const request = JSON.stringify({
        model: "m",
        messages: [{ role: "user", content: asked(call) }],
      });
      const message = { role: "assistant", content: said(call) };
      const response = JSON.stringify({
        id: `chatcmpl-${id(call)}`,
        object: "chat.completion",
        created: 1_700_000_000,
        model: "m",
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage,
      });
      return {
        entry: logEntry({
          id: idAt(noon + call),
          timestamp: noon + call,
          path: "/v1/chat/completions",
          requestSize: request.length,
          responseSize: response.length,
          requestHeaders: [
            ["content-type", "application/json"],
            ["user-agent", "bench"],
            ["accept", "*/*"],
          ],
          responseHeaders: [["content-type", "application/json"]],
        }),
        bodies: { request: captured(request), response: captured(response) },
      };
    }),
    1_500_000,
  );
}

/** Others use the processor, too: what is least disturbed says most. */
const quartile = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 2] ?? 0;

/** µs, of all threads: the collector and the compiler have theirs. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const stages = ["unpack", "read", "pack bodies", "rows", "search"] as const;
const folder = mkdtempSync(join(tmpdir(), "smolrouter-stages-"));

async function openLog(name: string): Promise<Database> {
  const { database } = await openDatabase(join(folder, name), noon);
  return database.connection;
}

try {
  // The same rows go into a log without a search and into one with it: the difference is the search.
  const [bare, searched] = [await openLog("bare.db"), await openLog("searched.db")];
  const [cells, bareCells] = [createCellBook(), createCellBook()];
  const [index, noIndex] = [createSearchIndex("search"), createSearchIndex(null)];
  const blobs = createFilesystemBlobs(join(folder, "blobs"));
  const segments = createSegmentWriter(segmentTable(bare), blobs, 16_384);
  const reader = createEntryReader();
  const spent = kinds.map(() => stages.map((): number[] => []));

  for (let round = -3; round < rounds; round++)
    for (const [at, each] of kinds.entries()) {
      const batch = batchOf(each);
      const times: number[] = [processorTime()];
      const done = () => void times.push(processorTime());
      const recorded = unpackBatch(batch);
      done();
      const writes = recorded.map((one) => reader.read(one));
      done();
      const kept = await segments.begin(writes.map(contentsOf));
      done();
      inTransaction(bare, "immediate", () => {
        writeBatch(bare, { index: noIndex, cells: bareCells }, writes, kept);
      });
      kept.committed();
      done();
      inTransaction(searched, "immediate", () => {
        writeBatch(searched, { index, cells }, writes, kept);
      });
      done();
      const took = times.slice(1).map((time, place) => (time - (times[place] ?? 0)) / each.rows);
      const [unpack = 0, read = 0, pack = 0, rows = 0, withSearch = 0] = took;
      for (const [stage, us] of [unpack, read, pack, rows, withSearch - rows].entries())
        if (round >= 0) spent[at]?.[stage]?.push(us);
    }
  printTable(
    `µs of processor time a row, lower quartiles of ${rounds} batches`,
    ["", ...stages, "together"],
    kinds.map(({ name }, at) => {
      const each = stages.map((_, stage) => quartile(spent[at]?.[stage] ?? []));
      const together = each.reduce((sum, us) => sum + us, 0);
      return [name, ...[...each, together].map((us) => us.toFixed(1))];
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
