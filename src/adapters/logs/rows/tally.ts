// Tallies: what the calls of a cell come to in a minute, a quarter of an hour, an hour and a UTC day. A
// store adds a batch's changes to what it has in the transaction that writes the rows, so that figures
// of a month are read from a few thousand numbers. Only calls that have ended are tallied; those in
// flight are added from their rows when a period is read (period-of-tallies.ts).
import type { LogWrite } from "../pipeline/log-engine.ts";
import { bucketOf, hourMs, minuteMs } from "./figures.ts";
import { type Cell, cellKey, cellOf } from "./tally-cells.ts";
import { addTime, addTimes, type Times } from "./tally-times.ts";
import type { StoredRow } from "./stored-row.ts";

const quarterMs = 900_000;
export const dayMs = 86_400_000;

/** ms. Each is made up of whole ones of those before it; all begin at multiples of themselves in UTC. */
export const tallySpans = [minuteMs, quarterMs, hourMs, dayMs] as const;

/** Those that stay, for `tallyDaysKept`, when rows go; the others go with the rows of their time. */
export const lastingSpans: readonly number[] = [hourMs, dayMs];

/** Days for which figures outlive their rows. */
export const tallyDaysKept = 400;

/** What of a call is tallied, named as stored. */
export interface TalliedCall extends Pick<
  StoredRow,
  | "timestamp"
  | "state"
  | "service_type"
  | "original_model"
  | "mapped_model"
  | "upstream"
  | "status_code"
  | "duration_ms"
  | "ttft_ms"
  | "prompt_tokens"
  | "completion_tokens"
  | "total_tokens"
  | "who"
  | "client"
  | "cost"
> {
  readonly cached_tokens: number | null;
}

/** Sums of calls. All are whole numbers, so that they are exact in every order. */
export interface TallySums {
  readonly requests: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cached_tokens: number;
  /** Billionths of a US dollar, of the calls that have a price. */
  readonly cost: number;
  /** Calls that have a price. */
  readonly priced: number;
  /** Calls with tokens whose price is not known. */
  readonly unpriced: number;
}

/** Columns of a table of tallies that are added up. */
export const sumColumns = [
  "requests",
  "prompt_tokens",
  "completion_tokens",
  "cached_tokens",
  "cost",
  "priced",
  "unpriced",
] as const satisfies readonly (keyof TallySums)[];

/** With the times of completed calls. */
export interface Tally extends TallySums {
  readonly durations: Times;
  readonly ttfts: Times;
}

/** What is to be added to the tally of a cell in a span. */
export interface TallyChange extends Tally {
  readonly span: number;
  /** Epoch ms of the span's beginning. */
  readonly start: number;
  readonly cell: Cell;
  /** The cell's; a store may fold it (`foldingFor`) where it has none of that key. */
  readonly key: string;
}

/** Adds up what a batch of rows changes. Calls in flight change nothing. */
export interface TallyBatch {
  add(call: TalliedCall): void;
  subtract(call: TalliedCall): void;
  /** All of it together, by span and cell; what comes to nothing is left out. */
  changes(): readonly TallyChange[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface TallyTotal extends Mutable<TallySums> {
  readonly durations: Map<number, number>;
  readonly ttfts: Map<number, number>;
}

export function noTally(): TallyTotal {
  return { ...noSums(), durations: new Map(), ttfts: new Map() };
}

export function noSums(): Mutable<TallySums> {
  return {
    requests: 0,
    prompt_tokens: 0,
    completion_tokens: 0,
    cached_tokens: 0,
    cost: 0,
    priced: 0,
    unpriced: 0,
  };
}

export function addSums(to: Mutable<TallySums>, sums: TallySums, sign: 1 | -1 = 1): void {
  // One by one: a month adds up a hundred thousand of them.
  to.requests += sign * sums.requests;
  to.prompt_tokens += sign * sums.prompt_tokens;
  to.completion_tokens += sign * sums.completion_tokens;
  to.cached_tokens += sign * sums.cached_tokens;
  to.cost += sign * sums.cost;
  to.priced += sign * sums.priced;
  to.unpriced += sign * sums.unpriced;
}

export function addTally(to: TallyTotal, tally: Tally): void {
  addSums(to, tally);
  addTimes(to.durations, tally.durations);
  addTimes(to.ttfts, tally.ttfts);
}

/** What one call comes to. */
export function addCall(to: TallyTotal, call: TalliedCall, sign: 1 | -1 = 1): void {
  to.requests += sign;
  to.prompt_tokens += sign * (call.prompt_tokens ?? 0);
  to.completion_tokens += sign * (call.completion_tokens ?? 0);
  to.cached_tokens += sign * (call.cached_tokens ?? 0);
  if (call.cost !== null) {
    to.cost += sign * call.cost;
    to.priced += sign;
  } else if ((call.total_tokens ?? 0) > 0) to.unpriced += sign;
  if (call.state !== "completed") return;
  if (call.duration_ms !== null) addTime(to.durations, bucketOf(call.duration_ms), sign);
  if (call.ttft_ms !== null) addTime(to.ttfts, bucketOf(call.ttft_ms), sign);
}

export function createTallyBatch(): TallyBatch {
  /** By what distinguishes cells, the totals of each span and start. */
  const cells = new Map<string, { readonly cell: Cell; readonly spans: Map<string, Spanned> }>();

  function change(call: TalliedCall, sign: 1 | -1): void {
    if (call.state === "inflight") return;
    const cell = cellOf(call);
    const name = JSON.stringify(cell);
    const known = cells.get(name) ?? { cell, spans: new Map<string, Spanned>() };
    cells.set(name, known);
    for (const span of tallySpans) {
      const start = Math.floor(call.timestamp / span) * span;
      const at = `${span} ${start}`;
      const spanned = known.spans.get(at) ?? { span, start, total: noTally() };
      known.spans.set(at, spanned);
      addCall(spanned.total, call, sign);
    }
  }

  return {
    add: (call) => {
      change(call, 1);
    },
    subtract: (call) => {
      change(call, -1);
    },
    changes: () =>
      [...cells.values()].flatMap(({ cell, spans }) => {
        const key = cellKey(cell);
        return [...spans.values()]
          .filter(({ total }) => !isNothing(total))
          .map(({ span, start, total }) => ({ span, start, cell, key, ...total }));
      }),
  };
}

interface Spanned {
  readonly span: number;
  readonly start: number;
  readonly total: TallyTotal;
}

function isNothing(total: TallyTotal): boolean {
  return (
    sumColumns.every((column) => total[column] === 0) &&
    total.durations.size === 0 &&
    total.ttfts.size === 0
  );
}

/** A call that is being written, as it is tallied. */
export function talliedWrite({ entry, reading, sense }: LogWrite): TalliedCall {
  const wellFormed = (text: string | null) => text?.toWellFormed() ?? null;
  return {
    timestamp: entry.timestamp,
    state: entry.state,
    service_type: entry.service,
    original_model: wellFormed(entry.originalModel),
    mapped_model: wellFormed(entry.mappedModel),
    upstream: wellFormed(entry.upstream),
    status_code: entry.statusCode,
    duration_ms: entry.durationMs,
    ttft_ms: entry.ttftMs,
    prompt_tokens: reading.promptTokens,
    completion_tokens: reading.completionTokens,
    total_tokens: reading.totalTokens,
    who: wellFormed(entry.authUser ?? entry.sourceIp),
    client: wellFormed(sense.client),
    cost: sense.costNanos,
    cached_tokens: reading.cachedTokens,
  };
}
