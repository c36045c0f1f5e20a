// Threads added up anew with every question from all calls ever written: what stores keep as sums.
import { clientPasses } from "../../src/domain/log/client-program.ts";
import { namesWith } from "../../src/domain/log/name-part.ts";
import { placeText } from "../../src/domain/log/thread-place.ts";
import type { LogRow } from "../../src/ports/browse.ts";
import { threadOfCalls } from "../../src/app/usecases/log/thread-of-calls.ts";
import type { BrowseThreads, ThreadReader, ThreadRow } from "../../src/ports/threads.ts";

export interface MemoryThreads extends ThreadReader {
  /** A batch; a call that had ended before keeps its place. */
  written(batch: readonly LogRow[]): void;
  /** Threads whose last call came before an epoch ms go with all their calls. */
  removeOlder(before: number): void;
}

const nanos = 1_000_000_000;

export function createMemoryThreads(): MemoryThreads {
  const rows = new Map<string, LogRow>();

  function threads(): readonly ThreadRow[] {
    const ended = [...rows.values()].filter(
      ({ state, thread_id: thread }) => thread !== null && state !== "inflight",
    );
    return [...Map.groupBy(ended, ({ thread_id: thread }) => thread ?? "")]
      .map(([id, calls]) => threadOf(id, calls))
      .toSorted((a, b) =>
        a.last_at === b.last_at ? (a.id < b.id ? 1 : -1) : a.last_at < b.last_at ? 1 : -1,
      );
  }

  return {
    written(batch) {
      for (const row of batch.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
        if (rows.get(row.id)?.state === "inflight") rows.delete(row.id);
        rows.set(row.id, row);
      }
    },
    removeOlder(before) {
      const old = threads().filter(({ last_at: last }) => Date.parse(last) < before);
      for (const { id } of old)
        for (const row of rows.values()) if (row.thread_id === id) rows.delete(row.id);
    },
    async threads({ limit, before, since, until, user, client, model, q }) {
      const isModel = namesWith(model ?? "");
      const isTitle = namesWith(q ?? "");
      const isClient = clientPasses(client ?? "");
      const found = threads().filter((thread) => {
        const last = Date.parse(thread.last_at);
        return (
          (since === undefined || last >= since) &&
          (until === undefined || last < until) &&
          (user === undefined || thread.user === user) &&
          (client === undefined || (thread.client !== null && isClient(thread.client))) &&
          (model === undefined || thread.models.some(isModel)) &&
          (q === undefined || (thread.title !== null && isTitle(thread.title))) &&
          (before === undefined ||
            last < before.lastAt ||
            (last === before.lastAt && thread.id < before.id))
        );
      });
      const page = found.slice(0, limit);
      const end = page.at(-1);
      const isMore = found.length > page.length && end !== undefined;
      return {
        threads: page,
        next: isMore ? placeText({ lastAt: Date.parse(end.last_at), id: end.id }) : null,
      };
    },
    thread: async (id) => threads().find((thread) => thread.id === id) ?? null,
  };
}

/** Threads as pages and API ask for them. @param rows newest first, asked for with every question */
export function threadsOver(rows: () => readonly LogRow[]): BrowseThreads {
  const written = () => {
    const threads = createMemoryThreads();
    threads.written(rows());
    return threads;
  };
  const callsOf = (id: string) => rows().filter((row) => row.thread_id === id);
  const threadRow = async (id: string) =>
    (await written().thread(id)) ?? threadOfCalls(id, callsOf(id));
  return {
    threads: (filter) => written().threads(filter),
    threadRow,
    async thread(id) {
      const sums = await threadRow(id);
      return sums === null ? null : { ...sums, logs: callsOf(id), next: null };
    },
  };
}

/** @param calls in the order they were logged */
function threadOf(id: string, calls: readonly LogRow[]): ThreadRow {
  const byId = calls.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const times = calls.map(({ timestamp }) => timestamp).toSorted();
  const sum = (of: (call: LogRow) => number | null) =>
    calls.reduce((all, call) => all + (of(call) ?? 0), 0);
  const models = calls
    .flatMap((call) => call.mapped_model ?? call.original_model ?? [])
    .map((model) => model.slice(0, 200).replaceAll(/[\t\n]/g, " "));
  const priced = calls.filter(({ cost }) => cost !== null);
  return {
    id,
    title: titleOf(byId),
    user: byId[0]?.auth_user ?? byId[0]?.source_ip ?? "",
    client: byId[0]?.client ?? null,
    started_at: times[0] ?? "",
    last_at: times.at(-1) ?? "",
    calls: calls.length,
    errors: calls.filter(({ state }) => state === "failed").length,
    models: [...new Set(models)].slice(0, 8),
    prompt_tokens: sum((call) => call.prompt_tokens),
    completion_tokens: sum((call) => call.completion_tokens),
    cost: priced.length === 0 ? null : sum(({ cost }) => Math.round((cost ?? 0) * nanos)) / nanos,
    unpriced: calls.filter((call) => call.cost === null && (call.total_tokens ?? 0) > 0).length,
    duration_ms: sum((call) => Math.round((call.duration_ms ?? 0) * 1_000)) / 1_000,
  };
}

/** What the first call asked that wanted more than a token, else the first of all. @param calls oldest first */
function titleOf(calls: readonly LogRow[]): string | null {
  const worded = calls.filter(({ asked }) => asked !== null);
  const wanted = worded.find(({ completion_tokens: tokens }) => tokens === null || tokens > 1);
  return (wanted ?? worded[0])?.asked ?? null;
}
