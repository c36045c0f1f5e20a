// A log in which values are on tens of thousands of rows, alone and together with others that they never meet, as
// SQLite has it and as a list that can be looked through row by row.
import { Database } from "bun:sqlite";
import { expect } from "bun:test";
import { createMemoryBlobs } from "../../src/adapters/blobs/memory-blobs.ts";
import { rowColumns, type StoredRow, storedRow } from "../../src/adapters/logs/rows/stored-row.ts";
import { insertRows } from "../../src/adapters/logs/sqlite/insert-rows.ts";
import { settleSchema } from "../../src/adapters/logs/sqlite/schema.ts";
import { seqOf } from "../../src/adapters/logs/sqlite/seq.ts";
import { createSqliteReader } from "../../src/adapters/logs/sqlite/sqlite-reader.ts";
import { inTransaction } from "../../src/adapters/logs/sqlite-file/run-sql.ts";
import { clientPasses } from "../../src/domain/log/client-program.ts";
import { namesWith } from "../../src/domain/log/name-part.ts";
import type { LogFilter, LogSort } from "../../src/ports/browse.ts";
import type { LogReader } from "../../src/ports/log-reader.ts";
import { idAt, logWrite, noon } from "./log-entries.ts";
import { createRandom, type Random } from "./random.ts";

/** Enough for a common value and half of its rows to be more than are counted. */
const count = 70_000;
const stepMs = 100;

const threads = ["0d1f2a3b", "0d1f2a3b", "ffffffff"].map(
  (start, at) => `${start}-0000-8000-8000-00000000000${at}`,
);
const { detail } = storedRow(logWrite());

function sampleRows(random: Random): readonly StoredRow[] {
  return Array.from({ length: count }, (_, place) => {
    const at = noon + place * stepMs;
    // At home most models are served in one place only.
    const home = random.pick(["desk", "desk", "desk", "rack", "rack", "hosted"]);
    const model = { desk: "qwen-1", rack: "llama-2", hosted: "gpt-3" }[home] ?? "";
    const strays = random.chance(0.003);
    const state = random.pick([
      ...Array.from({ length: 20 }, () => "completed" as const),
      ...(["failed", "cancelled"] as const),
    ]);
    const cost = { desk: 0, rack: random.pick([0, 0, null]), hosted: random.int(0, 900) }[home];
    return {
      id: idAt(at, place),
      timestamp: at + (random.chance(0.1) ? random.int(0, 1_800_000) : random.int(0, 5)),
      state,
      service_type: random.chance(0.3) ? "ollama" : "openai",
      original_model: random.chance(0.02) ? null : model,
      mapped_model: random.chance(0.1) ? `${model}-mapped` : model,
      upstream: strays ? "rack" : home,
      status_code:
        state === "failed"
          ? random.pick([500, 429, 404, 200])
          : state === "completed"
            ? 200
            : random.pick([499, null]),
      duration_ms: random.chance(0.01) ? null : random.int(0, home === "desk" ? 40 : 4_000) / 4,
      ttft_ms: null,
      prompt_tokens: null,
      completion_tokens: null,
      total_tokens: random.chance(0.2) ? null : random.pick([0, -5, random.int(-3, 3_000)]),
      resent_from: null,
      detail,
      // Who calls costly models asks for nothing else.
      who: home === "hosted" ? "ann" : random.pick(["bob", "bob", "bob", `user-${place % 90}`]),
      client_name: null,
      // Of one program more versions than are looked into one by one.
      client: random.pick([
        null,
        "codex/1.0",
        "codex/1.1",
        ...Array(3).fill(`script/${place % 90}`),
      ]),
      thread_id: random.chance(0.5) ? null : random.pick(threads),
      turns_key: null,
      cost: cost ?? null,
    } satisfies StoredRow;
  });
}

/** Values of each filter. */
export const largeValues = {
  model: ["qwen-1", "llama-2", "gpt-3", "QWEN", "mapped", "-", "none"],
  upstream: ["desk", "rack", "hosted", "none"],
  user: ["ann", "bob", "user-7", "none"],
  client: ["codex", "codex/1.0", "script", "script/7", "none"],
  service_type: ["openai", "ollama"],
  state: ["completed", "failed", "cancelled"],
  status: [200, 404, 499, 500].map((from) => ({ from, to: from })),
  thread: threads,
  since: [0.2, 0.9, 0.999].map((part) => noon + Math.floor(part * count) * stepMs),
  until: [0.01, 0.5, 1].map((part) => noon + Math.floor(part * count) * stepMs),
} as const;

export const sorts = ["time", "duration", "tokens", "cost"] as const;
const sortColumns = {
  time: null,
  duration: "duration_ms",
  tokens: "total_tokens",
  cost: "cost",
} as const;

type Row = StoredRow & { readonly words: readonly string[] };

function passes(row: Row, filter: Partial<LogFilter>): boolean {
  const { model, client, status, since, until, thread, user, q } = filter;
  const isModel = model === undefined ? null : namesWith(model);
  return (
    (isModel === null || [row.original_model, row.mapped_model].some((it) => isModel(it ?? ""))) &&
    (client === undefined || (row.client !== null && clientPasses(client)(row.client))) &&
    (status === undefined ||
      (row.status_code !== null &&
        row.status_code >= status.from &&
        row.status_code <= status.to)) &&
    (q === undefined || row.words.some((word) => isFound(word, q))) &&
    (since === undefined || row.timestamp >= since) &&
    (until === undefined || row.timestamp < until) &&
    (thread === undefined || row.thread_id === thread) &&
    (user === undefined || row.who === user) &&
    (["upstream", "service_type", "state"] as const).every(
      (name) => filter[name] === undefined || row[name] === filter[name],
    )
  );
}

/** @param q one word, as a beginning, or between quotation marks */
function isFound(word: string, q: string): boolean {
  return q.startsWith('"') ? `"${word}"` === q : word.startsWith(q);
}

/** What rows say: a word that most have, of each of twenty some, one that few have, and where they were answered. */
function wordsOf(row: StoredRow, place: number, random: Random): readonly string[] {
  return [
    ...(random.chance(0.6) ? ["common"] : []),
    `word${random.int(0, 19)}`,
    ...(place % 997 === 0 ? ["rare"] : []),
    ...(row.upstream === "hosted" ? ["abroad"] : ["here"]),
  ];
}

export interface LargeLog {
  readonly db: Database;
  readonly random: Random;
  readonly reader: LogReader;
  /** In the order of the list. */
  passing(filter: Partial<LogFilter>, sort: LogSort): readonly StoredRow[];
  /** Compares the first page, some from within, and those that begin about where the values turn to nothing. */
  expectPages(filter: Partial<LogFilter>, sort: LogSort, limit: number): Promise<void>;
}

/** @param search whether it has an index of words; `shared`: some rows share entries of it */
export function createLargeLog(search: "none" | "own" | "shared"): LargeLog {
  const random = createRandom(31);
  const db = new Database(":memory:");
  const sampled = sampleRows(random);
  const rows: Row[] = [];
  const twins = new Map<string, number>();
  for (const [place, row] of sampled.entries()) {
    const before = rows.at(-1);
    if (before !== undefined && search === "shared" && random.chance(0.2)) {
      twins.set(row.id, twins.get(before.id) ?? seqOf(before.id));
      rows.push({ ...row, words: before.words });
    } else rows.push({ ...row, words: wordsOf(row, place, random) });
  }
  settleSchema(db);
  inTransaction(db, "immediate", () => {
    const valuesOf = (row: Row) => rowColumns.map((column) => row[column]);
    insertRows(
      db,
      { into: "requests", columns: ["seq", "twin_of", ...rowColumns] },
      rows.map((row) => [seqOf(row.id), twins.get(row.id) ?? null, ...valuesOf(row)]),
    );
    const own = search === "none" ? [] : rows.filter(({ id }) => !twins.has(id));
    insertRows(
      db,
      { into: "search", columns: ["rowid", "names", "asked", "answered"] },
      own.map(({ id, words }) => [seqOf(id), "", words.join(" "), ""]),
    );
  });
  const valueOf = (row: StoredRow, sort: LogSort) => {
    const column = sortColumns[sort];
    return (column === null ? 0 : row[column]) ?? Number.NEGATIVE_INFINITY;
  };
  const orders = new Map<LogSort, readonly Row[]>();
  const orderOf = (sort: LogSort) => {
    const rank = (a: Row, b: Row) => valueOf(b, sort) - valueOf(a, sort) || (a.id < b.id ? 1 : -1);
    const known = orders.get(sort) ?? rows.toSorted(rank);
    orders.set(sort, known);
    return known;
  };
  const passing = (filter: Partial<LogFilter>, sort: LogSort) =>
    orderOf(sort).filter((row) => passes(row, filter));
  const reader = createSqliteReader(db, createMemoryBlobs(), search === "none" ? null : "search");
  return {
    db,
    random,
    reader,
    passing,
    async expectPages(own, sort, limit) {
      const found = passing(own, sort);
      const expected = found.map(({ id }) => id);
      const turns = [1, 0, Number.MIN_SAFE_INTEGER]
        .map((least) => found.findIndex((row) => valueOf(row, sort) < least))
        .flatMap((at) => [at - limit, at]);
      const within = () => random.int(0, expected.length);
      for (const start of new Set([-1, within(), within(), ...turns])) {
        if (start < -1 || start >= expected.length) continue;
        const before = expected[start];
        const filter = { ...own, sort, limit, ...(before === undefined ? {} : { before }) };
        const { logs, next } = await reader.list(filter);
        const ids = expected.slice(start + 1, start + 1 + limit);
        const isLast = expected.length <= start + 1 + limit;
        expect({ filter, ids: logs.map(({ id }) => id), next }).toEqual({
          filter,
          ids,
          next: isLast ? null : (ids.at(-1) ?? null),
        });
      }
    },
  };
}
