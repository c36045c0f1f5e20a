// Lists of a log in which values are on tens of thousands of rows, alone and together with others that they never
// meet: each is as by looking at one row after the other, and no statement sorts what it found along an index.
import { beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { createMemoryBlobs } from "../../../../src/adapters/blobs/memory-blobs.ts";
import {
  rowColumns,
  type StoredRow,
  storedRow,
} from "../../../../src/adapters/logs/rows/stored-row.ts";
import { insertRows } from "../../../../src/adapters/logs/sqlite/insert-rows.ts";
import { settleSchema } from "../../../../src/adapters/logs/sqlite/schema.ts";
import { seqOf } from "../../../../src/adapters/logs/sqlite/seq.ts";
import { createSqliteReader } from "../../../../src/adapters/logs/sqlite/sqlite-reader.ts";
import { inTransaction } from "../../../../src/adapters/logs/sqlite-file/run-sql.ts";
import { clientPasses } from "../../../../src/domain/log/client-program.ts";
import { namesWith } from "../../../../src/domain/log/name-part.ts";
import type { LogFilter, LogSort } from "../../../../src/ports/browse.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { createRandom } from "../../../lab/random.ts";

/** Enough for a common value and half of its rows to be more than are counted. */
const count = 70_000;
const stepMs = 100;
const random = createRandom(31);

const threads = ["0d1f2a3b", "0d1f2a3b", "ffffffff"].map(
  (start, at) => `${start}-0000-8000-8000-00000000000${at}`,
);
const { detail } = storedRow(logWrite());

function sampleRows(): readonly StoredRow[] {
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
      client: random.pick([null, "codex/1.0", "codex/1.1", `script-${place % 400}/1`]),
      thread_id: random.chance(0.5) ? null : random.pick(threads),
      turns_key: null,
      cost: cost ?? null,
    } satisfies StoredRow;
  });
}

const values = {
  model: ["qwen-1", "llama-2", "gpt-3", "QWEN", "mapped", "-", "none"],
  upstream: ["desk", "rack", "hosted", "none"],
  user: ["ann", "bob", "user-7", "none"],
  client: ["codex", "codex/1.0", "script-7", "none"],
  service_type: ["openai", "ollama"],
  state: ["completed", "failed", "cancelled"],
  status: [200, 404, 499, 500].map((from) => ({ from, to: from })),
  thread: threads,
  since: [0.2, 0.9, 0.999].map((part) => noon + Math.floor(part * count) * stepMs),
  until: [0.01, 0.5, 1].map((part) => noon + Math.floor(part * count) * stepMs),
} as const;

const sorts = ["time", "duration", "tokens", "cost"] as const;
const sortColumns = {
  time: null,
  duration: "duration_ms",
  tokens: "total_tokens",
  cost: "cost",
} as const;

type Own = Partial<LogFilter>;

function passes(row: StoredRow, filter: Own): boolean {
  const { model, client, status, since, until, thread, user } = filter;
  const isModel = model === undefined ? null : namesWith(model);
  return (
    (isModel === null || [row.original_model, row.mapped_model].some((it) => isModel(it ?? ""))) &&
    (client === undefined || (row.client !== null && clientPasses(client)(row.client))) &&
    (status === undefined ||
      (row.status_code !== null &&
        row.status_code >= status.from &&
        row.status_code <= status.to)) &&
    (since === undefined || row.timestamp >= since) &&
    (until === undefined || row.timestamp < until) &&
    (thread === undefined || row.thread_id === thread) &&
    (user === undefined || row.who === user) &&
    (["upstream", "service_type", "state"] as const).every(
      (name) => filter[name] === undefined || row[name] === filter[name],
    )
  );
}

let rows: readonly StoredRow[] = [];
const orders = new Map<LogSort, readonly StoredRow[]>();
const db = new Database(":memory:");
const ran = new Map<string, readonly unknown[]>();

beforeAll(() => {
  rows = sampleRows();
  settleSchema(db);
  inTransaction(db, "immediate", () => {
    const into = { into: "requests", columns: ["seq", ...rowColumns] };
    insertRows(
      db,
      into,
      rows.map((row) => [seqOf(row.id), ...rowColumns.map((column) => row[column])]),
    );
  });
  for (const sort of sorts) {
    const value = (row: StoredRow) => valueOf(row, sort) ?? Number.NEGATIVE_INFINITY;
    orders.set(
      sort,
      rows.toSorted((a, b) =>
        value(a) === value(b) ? (a.id < b.id ? 1 : -1) : value(b) - value(a),
      ),
    );
  }
  const prepare = db.prepare.bind(db);
  db.prepare = ((text: string) => {
    const statement = prepare(text);
    return {
      all(...parameters: never[]) {
        ran.set(text, parameters);
        return statement.all(...parameters);
      },
      finalize: () => {
        statement.finalize();
      },
    };
  }) as never;
});

const valueOf = (row: StoredRow, sort: LogSort) => {
  const column = sortColumns[sort];
  return column === null ? 0 : row[column];
};

/** The first page, some from within, and those that begin about where the values turn to nothing. */
async function expectPages(own: Own, sort: LogSort, limit: number) {
  const passing = (orders.get(sort) ?? []).filter((row) => passes(row, own));
  const expected = passing.map(({ id }) => id);
  const turns = [1, 0, Number.NEGATIVE_INFINITY]
    .map((least) =>
      passing.findIndex((row) => (valueOf(row, sort) ?? Number.NEGATIVE_INFINITY) < least),
    )
    .flatMap((at) => [at - limit, at - 1, at, at + 1]);
  const starts = [-1, random.int(0, expected.length), random.int(0, expected.length), ...turns];
  const reader = createSqliteReader(db, createMemoryBlobs(), null);
  for (const start of new Set(starts)) {
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
}

const never: readonly Own[] = [
  { user: "ann", upstream: "desk" },
  { user: "bob", model: "gpt-3" },
  { model: "qwen", upstream: "rack" },
  { model: "llama-2", upstream: "desk" },
  { state: "failed", status: { from: 499, to: 499 } },
  { state: "cancelled", status: { from: 200, to: 200 } },
];
const parted: readonly Own[] = [
  {},
  { upstream: "desk" },
  { upstream: "desk", user: "bob" },
  { upstream: "rack" },
  { upstream: "hosted" },
  { model: "qwen-1", client: "codex" },
  { service_type: "openai", upstream: "desk" },
  { status: { from: 201, to: 450 } },
];

describe("lists of a large log", () => {
  test.each([...never, ...parted])("of %j, in every order, from many a row", async (own) => {
    for (const sort of sorts) await expectPages(own, sort, 50);
    await expectPages(own, random.pick(sorts), 4_000);
  });

  test("of random filters", async () => {
    const kinds = Object.entries(values);
    for (let look = 0; look < 25; look++) {
      const own = Object.fromEntries(
        Array.from({ length: random.int(1, 3) }, () => {
          const [name, all] = random.pick(kinds);
          return [name, random.pick<unknown>(all)];
        }),
      );
      await expectPages(own, random.pick(sorts), random.pick([1, 50, 700]));
    }
  });

  test("as points, without those in flight", async () => {
    for (const own of [{ upstream: "rack", user: "bob" }, ...never]) {
      const reader = createSqliteReader(db, createMemoryBlobs(), null);
      const filter = { ...own, since: noon, limit: 10_000 };
      const points = await reader.points(filter);
      const expected = (orders.get("time") ?? []).filter((row) => passes(row, filter));
      expect(points.map(({ id }) => id)).toEqual(
        expected.slice(0, filter.limit).map(({ id }) => id),
      );
    }
  });

  test("by statements that sort no more than what they were given", () => {
    const plans = [...ran].map(([text, parameters]) => {
      const steps = db.query<{ detail: string }, never[]>(`explain query plan ${text}`);
      return { text, plan: steps.all(...(parameters as never[])).map((step) => step.detail) };
    });
    expect(plans.some(({ text }) => text.includes("intersect"))).toBe(true);
    expect(plans.some(({ text }) => text.includes("exists"))).toBe(true);
    expect(
      plans.some(({ text }) =>
        text.includes("intersect select seq from requests indexed by requests_cost"),
      ),
    ).toBe(true);
    const sorting = plans.filter(
      ({ text, plan }) =>
        /intersect|exists|order by [dtc]/.test(text) &&
        // A part of a column's index that is compared with others has to be put in the order of keys.
        !/intersect select seq from requests indexed by/.test(text) &&
        plan.some((step) => /B-TREE|SCAN requests$/.test(step)),
    );
    expect(sorting).toEqual([]);
  });
});
