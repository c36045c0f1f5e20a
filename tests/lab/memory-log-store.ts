// A log store in memory, for tests of what reads the log, and as a second opinion on the contract.
import { logDetail, logRow } from "../../src/adapters/logs/rows/log-row.ts";
import { createPlaceSearch } from "../../src/adapters/logs/rows/matched-places.ts";
import { writtenText } from "../../src/adapters/logs/rows/indexed-text.ts";
import { callIdIn } from "../../src/domain/call/answer-id.ts";
import type { CapturedBodies } from "../../src/domain/log/log-entry.ts";
import { hasWords, soughtWords, wordsOf } from "../../src/domain/log/words-of.ts";
import { clientPasses } from "../../src/domain/log/client-program.ts";
import { namesWith } from "../../src/domain/log/name-part.ts";
import { type PeriodCall, periodOfCalls } from "../../src/adapters/logs/rows/period-of-calls.ts";
import type { LogFilter, LogRow, LogSort } from "../../src/ports/browse.ts";
import type { CallFilter } from "../../src/ports/periods.ts";
import type { FoundAnswer, MadeItem } from "../../src/ports/kept-answers.ts";
import type { LogEngine, LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { ContractedLog } from "../contracts/log-store.ts";
import { createMemoryThreads } from "./memory-threads.ts";

/** A row as figures of periods are made of it. */
export function periodCall(row: LogRow): PeriodCall {
  const model = row.mapped_model ?? row.original_model;
  return { ...row, model, user: row.auth_user ?? row.source_ip };
}

interface KeptRow {
  readonly row: LogRow;
  readonly bodies: CapturedBodies;
  readonly words: readonly string[];
}

export function createMemoryLogStore(): ContractedLog {
  const kept = new Map<string, KeptRow>();
  const places = createPlaceSearch();
  const located = async (ids: readonly string[]) => {
    const bodies = new Map<string, CapturedBodies>();
    for (const id of ids) {
      const own = kept.get(id)?.bodies;
      if (own !== undefined && (own.request ?? own.response) !== null) bodies.set(id, own);
    }
    const bytes = ({ request, response }: CapturedBodies) =>
      [request, response]
        .flatMap((body) => body?.chunks ?? [])
        .reduce((sum, { length }) => sum + length, 0);
    const sizes = new Map(
      [...bodies].map(([id, own]) => [id, { bytes: bytes(own), segments: [] }]),
    );
    const read = async (chosen: readonly string[]) =>
      new Map([...bodies].filter(([id]) => chosen.includes(id)));
    return { sizes, read };
  };
  const threads = createMemoryThreads();
  const rows = () => [...kept.values()].map(({ row }) => row);
  const found = (filter: CallFilter) =>
    [...kept.values()]
      .filter(
        ({ row, words }) => passes(row, { ...filter, limit: 1 }) && isFound(row, words, filter.q),
      )
      .map(({ row }) => row);
  const byId = (a: LogRow, b: LogRow) => (a.id < b.id ? 1 : -1);
  const before = (time: number | null) =>
    [...kept.values()]
      .filter(({ row }) => time !== null && Date.parse(row.timestamp) < time)
      .toSorted((a, b) => a.row.timestamp.localeCompare(b.row.timestamp));

  return {
    async write(batch) {
      threads.written(batch.map((write) => wellFormed(logRow(write))));
      for (const write of batch) {
        const { request, response } = write.bodies;
        const given = request !== null || response !== null;
        const bodies = given ? write.bodies : (kept.get(write.entry.id)?.bodies ?? write.bodies);
        const row = wellFormed(logRow(write));
        kept.set(write.entry.id, {
          row,
          bodies,
          words: wordsOf(writtenText(write)),
        });
      }
      return { lostBodies: 0, message: null };
    },
    async list(filter) {
      const { before: last, sort = "time", ...own } = filter;
      const order = orders[sort];
      const from = last === undefined ? undefined : kept.get(last)?.row;
      const all = found(own)
        .filter((row) => {
          if (last === undefined) return true;
          return from === undefined ? sort === "time" && row.id < last : order(row, from) > 0;
        })
        .toSorted(order);
      const rows = all.slice(0, filter.limit);
      const { q } = filter;
      const logs = q === undefined ? rows : await places.withPlaces(rows, q, located);
      return { logs, next: all.length > logs.length ? (logs.at(-1)?.id ?? null) : null };
    },
    async get(id) {
      const found = kept.get(id);
      return found === undefined ? null : logDetail(found.row, found.bodies);
    },
    async stats(since) {
      const seen = rows().filter((row) => Date.parse(row.timestamp) >= (since ?? 0));
      const done = seen.filter((row) => row.state === "completed");
      const errors = seen.filter((row) => row.state === "failed").length;
      return {
        requests: seen.length,
        errors,
        error_rate: seen.length === 0 ? 0 : errors / seen.length,
        duration_ms_median: quantile(done, "duration_ms", 50),
        duration_ms_p95: quantile(done, "duration_ms", 95),
        ttft_ms_median: quantile(done, "ttft_ms", 50),
        prompt_tokens: sum(seen, "prompt_tokens"),
        completion_tokens: sum(seen, "completion_tokens"),
      };
    },
    async points({ limit, ...filter }) {
      return found(filter)
        .filter((row) => row.state !== "inflight")
        .toSorted(byId)
        .slice(0, limit)
        .map((row) => ({
          id: row.id,
          timestamp: row.timestamp,
          model: row.mapped_model ?? row.original_model,
          upstream: row.upstream,
          user: row.auth_user ?? row.source_ip,
          client: row.client,
          duration_ms: row.duration_ms,
          ttft_ms: row.ttft_ms,
          prompt_tokens: row.prompt_tokens,
          completion_tokens: row.completion_tokens,
          total_tokens: row.total_tokens,
          cost: row.cost,
          status_code: row.status_code,
          state: row.state,
        }));
    },
    async period(question) {
      return periodOfCalls(found(question.filter).map(periodCall), question);
    },
    async count(filter) {
      return { calls: found(filter).length, isExact: true };
    },
    async interruptLeftovers(now) {
      const left = [...kept.values()].filter(({ row }) => row.state === "inflight");
      for (const { row, bodies, words } of left) {
        const ended = {
          state: "interrupted",
          completed_at: new Date(now).toISOString(),
          error_message: "the router stopped before this call had ended",
        } as const;
        threads.written([{ ...row, ...ended }]);
        kept.set(row.id, { row: { ...row, ...ended }, bodies, words });
      }
      return left.length;
    },
    threads: (filter) => threads.threads(filter),
    thread: (id) => threads.thread(id),
    async removeOlder(rowsBefore, bodiesBefore, limit) {
      if (rowsBefore !== null) threads.removeOlder(rowsBefore);
      const oldRows = before(rowsBefore).slice(0, limit);
      for (const { row } of oldRows) kept.delete(row.id);
      const oldBodies = before(bodiesBefore)
        .filter(({ bodies }) => bodies.request !== null || bodies.response !== null)
        .slice(0, limit);
      for (const { row, words } of oldBodies)
        kept.set(row.id, { row, words, bodies: { request: null, response: null } });
      return oldRows.length === limit || oldBodies.length === limit;
    },
  };
}

/** Answers by their owners and ids, for the same ends. */
function createMemoryAnswers() {
  const kept = new Map<string, FoundAnswer & { readonly owner: string; readonly at: number }>();
  const keyOf = (owner: string, id: string) => JSON.stringify([owner, id]);
  return {
    write(batch: readonly LogWrite[]) {
      for (const { entry, answer } of batch)
        if (answer !== undefined) {
          const { isStored, ...rest } = answer;
          const row = { ...rest, isStored, callId: entry.id, at: entry.timestamp };
          kept.set(keyOf(answer.owner, answer.id), row);
        }
    },
    reader: {
      async find(owner: string | null, id: string) {
        const row =
          owner === null
            ? [...kept.values()].find((one) => one.id === id)
            : (kept.get(keyOf(owner, id)) ??
              [...kept.values()].find((one) => one.owner === owner && one.callId === callIdIn(id)));
        if (row === undefined) return null;
        const { callId, head, input, output, upstream, isStored } = row;
        return { id: row.id, callId, head, input, output, upstream, isStored };
      },
      async items(owner: string | null, ids: readonly string[]) {
        const items = new Map<string, MadeItem>();
        for (const row of kept.values())
          if (owner === null || row.owner === owner) {
            const made = { upstream: row.upstream, isStored: row.isStored };
            for (const item of row.input)
              items.set(item.id, { ...item, upstream: null, isStored: false });
            for (const item of row.output) items.set(item.id, { ...item, ...made });
          }
        return ids.flatMap((id) => items.get(id) ?? []);
      },
    },
    remove: (owner: string, id: string) => kept.delete(keyOf(owner, id)),
    removeOlder(before: number, limit: number) {
      const old = [...kept].filter(([, { at }]) => at < before).slice(0, limit);
      for (const [key] of old) kept.delete(key);
      return old.length === limit;
    },
  };
}

/** An engine in memory, whose rows outlive `close`: a fake for what drives one. */
export function createMemoryEngine(): LogEngine {
  let store = createMemoryLogStore();
  const answers = createMemoryAnswers();
  return {
    open: async (_, now) => ({ interrupted: await store.interruptLeftovers(now), search: "whole" }),
    openScratch: async () => {
      store = createMemoryLogStore();
    },
    write(batch) {
      answers.write(batch);
      return store.write(batch);
    },
    answers: async () => answers.reader,
    removeAnswer: async (owner, id) => answers.remove(owner, id),
    reader: async () => store,
    upkeep: {
      removeOlder: (...limits) => store.removeOlder(...limits),
      removeOlderAnswers: async (before, limit) => answers.removeOlder(before, limit),
      tidy: () => async () => false,
      fillSearch: async () => false,
      senseOlder: async () => false,
      checkSearch: async () => undefined,
    },
    explain: (error) => ({ kind: "entry", message: String(error) }),
    takeHappenings: () => [],
    rest: () => undefined,
    close: async () => undefined,
  };
}

function wellFormed(row: LogRow): LogRow {
  return { ...row, original_model: row.original_model?.toWellFormed() ?? null };
}

function passes(row: LogRow, filter: LogFilter): boolean {
  const { since, until, model, service_type, status, upstream, state, resent_from } = filter;
  const { user, client, thread } = filter;
  const holds = model === undefined ? () => true : namesWith(model);
  const isClient = client === undefined ? () => true : clientPasses(client);
  return (
    (since === undefined || Date.parse(row.timestamp) >= since) &&
    (until === undefined || Date.parse(row.timestamp) < until) &&
    (model === undefined || holds(row.original_model ?? "") || holds(row.mapped_model ?? "")) &&
    (user === undefined || (row.auth_user ?? row.source_ip) === user) &&
    (client === undefined || (row.client !== null && isClient(row.client))) &&
    (thread === undefined || row.thread_id === thread) &&
    (service_type === undefined || row.service_type === service_type) &&
    (status === undefined ||
      (row.status_code !== null &&
        row.status_code >= status.from &&
        row.status_code <= status.to)) &&
    (upstream === undefined || row.upstream === upstream) &&
    (state === undefined || row.state === state) &&
    (resent_from === undefined || row.resent_from === resent_from)
  );
}

type Order = (a: LogRow, b: LogRow) => number;

/** The largest first, those without a value last, equal ones the newest first. */
const by =
  (value: (row: LogRow) => number | null): Order =>
  (a, b) => {
    const [first, second] = [value(a) ?? -1, value(b) ?? -1];
    return first === second ? (a.id < b.id ? 1 : a.id > b.id ? -1 : 0) : second - first;
  };

const orders: Readonly<Record<LogSort, Order>> = {
  time: by(() => 0),
  duration: by((row) => row.duration_ms),
  tokens: by((row) => row.total_tokens),
  cost: by((row) => row.cost),
};

/** Words are compared one by one; what SQLite does with its index. */
function isFound(row: LogRow, words: readonly string[], q: string | undefined): boolean {
  if (q === undefined) return true;
  if (/^[0-9a-f]{8}-[0-9a-f-]*$/i.test(q)) return row.id.startsWith(q.toLowerCase());
  const sought = soughtWords(q);
  return sought !== null && hasWords(words, sought);
}

function quantile(
  rows: readonly LogRow[],
  column: "duration_ms" | "ttft_ms",
  percent: number,
): number | null {
  const values = rows
    .map((row) => row[column])
    .filter((value) => value !== null)
    .toSorted((a, b) => a - b);
  // The smallest value that so many percent of all do not exceed.
  return values.find((_, index) => (index + 1) * 100 >= percent * values.length) ?? null;
}

function sum(rows: readonly LogRow[], column: "prompt_tokens" | "completion_tokens"): number {
  return rows.reduce((total, row) => total + (row[column] ?? 0), 0);
}
