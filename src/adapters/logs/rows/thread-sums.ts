// What rows add to the sums of their threads, which are kept as rows come: a list of threads is read from them alone.
import { isoTime } from "../../../domain/log/log-entry.ts";
import { nanosPerDollar } from "../../../domain/log/call-sense.ts";
import type { ThreadRow } from "../../../ports/threads.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { senseValues, type StoredRow, wellFormed } from "./stored-row.ts";

/** A thread as stored; of a change, what it adds. Names are those of the columns. */
export interface StoredThread {
  readonly id: string;
  readonly title: string | null;
  /** The title in small letters. */
  readonly title_sought: string | null;
  /** By which the earliest title wins, see `titleKey`; null: no call asks in words. */
  readonly title_of: string | null;
  /** Of its first call; all have the same. */
  readonly who: string;
  /** Likewise, as what follows. */
  readonly first_id: string;
  readonly client_name: string | null;
  readonly client: string | null;
  /** Epoch ms of its first and last call. */
  readonly started_at: number;
  readonly last_at: number;
  readonly calls: number;
  readonly errors: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Billionths of a US dollar, of as many calls. */
  readonly cost: number;
  readonly priced: number;
  readonly unpriced: number;
  /** µs: whole, so that sums are exact in any order. */
  readonly duration: number;
  /** See `modelsText`. */
  readonly models: string;
}

/** Those that a change is added to. */
export const summedColumns = [
  "calls",
  "errors",
  "prompt_tokens",
  "completion_tokens",
  "cost",
  "priced",
  "unpriced",
  "duration",
] as const satisfies readonly (keyof StoredThread)[];

/** In the order in which they are written. */
export const threadColumns = [
  "id",
  "title",
  "title_sought",
  "title_of",
  "who",
  "first_id",
  "client_name",
  "client",
  "started_at",
  "last_at",
  ...summedColumns,
  "models",
] as const satisfies readonly (keyof StoredThread)[];

/** What of a row counts in its thread. */
export type ThreadedRow = Pick<
  StoredRow,
  | "id"
  | "timestamp"
  | "state"
  | "original_model"
  | "mapped_model"
  | "duration_ms"
  | "prompt_tokens"
  | "completion_tokens"
  | "total_tokens"
  | "who"
  | "client_name"
  | "client"
  | "thread_id"
  | "cost"
>;

/** A call that is being written, as it counts. */
export function threadedCall({ entry, reading, sense }: LogWrite): ThreadedRow {
  const [who, name, client, thread, , cost] = senseValues(entry, sense);
  return {
    id: entry.id,
    timestamp: entry.timestamp,
    state: entry.state,
    original_model: wellFormed(entry.originalModel),
    mapped_model: wellFormed(entry.mappedModel),
    duration_ms: entry.durationMs,
    prompt_tokens: reading.promptTokens,
    completion_tokens: reading.completionTokens,
    total_tokens: reading.totalTokens,
    who,
    client_name: name,
    client,
    thread_id: thread,
    cost,
  };
}

export interface ThreadSums {
  /** @param asked its last words; null: none */
  add(row: ThreadedRow, asked: string | null): void;
  /**
   * Takes back what a row has added that is replaced. What it was the first or the last of stays so: its call
   * comes once more, under its id and with its time.
   */
  subtract(row: ThreadedRow): void;
  /** One for each thread, in the order of their ids: two that write the same ones do not block each other. */
  changes(): readonly StoredThread[];
}

/** Adds up what a batch of rows changes. Calls count once they have ended. */
export function createThreadSums(): ThreadSums {
  const changes: StoredThread[] = [];

  function change(row: ThreadedRow, asked: string | null, sign: 1 | -1): void {
    const { thread_id: id, state } = row;
    if (id !== null && state !== "inflight") changes.push(changeOf(id, row, asked, sign));
  }

  return {
    add(row, asked) {
      change(row, asked, 1);
    },
    subtract(row) {
      change(row, null, -1);
    },
    changes() {
      const changed = new Map<string, StoredThread>();
      // Whatever order a batch is in, its calls came in that of their ids.
      for (const own of changes.toSorted((a, b) => order(a.first_id, b.first_id))) {
        const before = changed.get(own.id);
        changed.set(own.id, before === undefined ? own : mergedThread(before, own));
      }
      return [...changed.values()].toSorted((a, b) => order(a.id, b.id));
    },
  };
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function changeOf(id: string, row: ThreadedRow, asked: string | null, sign: 1 | -1): StoredThread {
  const { cost } = row;
  const model = row.mapped_model ?? row.original_model;
  const count = (is: boolean) => (is ? sign : 0);
  const sum = (value: number | null) => (value === null || value === 0 ? 0 : sign * value);
  return {
    id,
    title: asked,
    title_sought: asked?.toLowerCase() ?? null,
    title_of: asked === null ? null : titleKey(row),
    who: row.who ?? "",
    first_id: row.id,
    client_name: row.client_name,
    client: row.client,
    started_at: row.timestamp,
    last_at: row.timestamp,
    calls: sign,
    errors: count(row.state === "failed"),
    prompt_tokens: sum(row.prompt_tokens),
    completion_tokens: sum(row.completion_tokens),
    cost: sum(cost),
    priced: count(cost !== null),
    unpriced: count(cost === null && (row.total_tokens ?? 0) > 0),
    duration: sum(Math.round((row.duration_ms ?? 0) * usPerMs)),
    models: model === null ? "" : modelsText([model]),
  };
}

/**
 * The first call that asks in words names its thread, by its id; but one that wants no more than a token asks whether
 * it may call at all (Claude Code's `quota`), and comes behind all others.
 */
function titleKey({ id, completion_tokens: tokens }: ThreadedRow): string {
  return tokens !== null && tokens <= 1 ? `f${id.slice(1)}` : id;
}

/** A thread with what changes in it; of one that is not there yet, the change is all there is. */
export function mergedThread(thread: StoredThread, change: StoredThread): StoredThread {
  const summed: Partial<Record<(typeof summedColumns)[number], number>> = {};
  for (const column of summedColumns) summed[column] = thread[column] + change[column];
  const first = change.first_id <= thread.first_id ? change : thread;
  const titled = isTitled(thread, change) ? change : thread;
  return {
    ...thread,
    ...summed,
    title: titled.title,
    title_sought: titled.title_sought,
    title_of: titled.title_of,
    who: first.who,
    first_id: first.first_id,
    client_name: first.client_name,
    client: first.client,
    started_at: Math.min(thread.started_at, change.started_at),
    last_at: Math.max(thread.last_at, change.last_at),
    models: mergedModels(thread.models, change.models),
  };
}

function isTitled({ title_of: before }: StoredThread, { title_of: now }: StoredThread): boolean {
  return now !== null && (before === null || now <= before);
}

const usPerMs = 1_000;
export const mostModels = 8;
/** Characters of a model's name. A name may be as long as a request. */
const longestModel = 200;

/** Between names, and between a name and itself in small letters, by which it is sought; neither is in a name. */
export const betweenModels = "\t";
const beforeSought = "\n";

/** Names in one text; one with capitals has itself in small letters behind it. */
function modelsText(names: readonly string[]): string {
  return names
    .map((name) => {
      const own = name
        .slice(0, longestModel)
        .toWellFormed()
        .replaceAll(/[\t\n]/g, " ");
      const sought = own.toLowerCase();
      return sought === own ? own : own + beforeSought + sought;
    })
    .filter((own) => own !== "")
    .join(betweenModels);
}

function modelsIn(text: string): readonly string[] {
  return text === "" ? [] : text.split(betweenModels);
}

function mergedModels(before: string, more: string): string {
  if (before === more || more === "") return before;
  return [...new Set([...modelsIn(before), ...modelsIn(more)])]
    .slice(0, mostModels)
    .join(betweenModels);
}

/** A stored thread as the API gives it. */
export function threadRow(thread: StoredThread): ThreadRow {
  return {
    id: thread.id,
    title: thread.title,
    user: thread.who,
    client: thread.client,
    started_at: isoTime(thread.started_at),
    last_at: isoTime(thread.last_at),
    calls: thread.calls,
    errors: thread.errors,
    models: modelsIn(thread.models).map((name) => name.split(beforeSought, 1)[0] ?? ""),
    prompt_tokens: thread.prompt_tokens,
    completion_tokens: thread.completion_tokens,
    cost: thread.priced > 0 ? thread.cost / nanosPerDollar : null,
    unpriced: thread.unpriced,
    duration_ms: thread.duration / usPerMs,
  };
}
