// Figures of a period, whole, by bar of a chart and by model, upstream, user or client. Field names are the API's own.
import type { LogFilter } from "./browse.ts";

export type Dimension = "model" | "upstream" | "user" | "client";

/** What calls of the period are looked at. */
export type CallFilter = Omit<LogFilter, "limit" | "before" | "sort">;

export interface PeriodQuestion {
  /** With `since` and `until`, epoch ms; absent: from the first call, to now. */
  readonly filter: CallFilter;
  /** Breaks figures and bars down by it; absent: they are not broken down. */
  readonly by?: Dimension;
  /** Beginnings of the chart's bars, epoch ms, ascending: whole minutes, or whole hours where it begins over two days ago. Absent: no chart. */
  readonly bars?: readonly number[];
}

export interface CallSums {
  /** All calls, those in flight included. */
  readonly requests: number;
  /** Calls in state `failed`. */
  readonly errors: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cached_tokens: number;
  /** USD of the calls that have a price; null: none has. */
  readonly cost: number | null;
  /** Calls with tokens whose price is not known. */
  readonly unpriced: number;
}

export interface CallFigures extends CallSums {
  /** 0 to 1; 0 where there were no calls. */
  readonly error_rate: number;
  /** Times are those of completed calls. */
  readonly duration_ms_median: number | null;
  readonly duration_ms_p95: number | null;
  readonly ttft_ms_median: number | null;
}

export interface PeriodGroup extends CallFigures {
  /** null: the calls that have none, as those without a model. */
  readonly name: string | null;
  /** The calls of several names together, under the name `other`. */
  readonly rest?: true;
}

export interface PeriodBar extends CallSums {
  /** ISO 8601 UTC with ms: where it begins. */
  readonly start: string;
  /** By `by`, in the order of `groups`, those with calls. Present where broken down. */
  readonly groups?: readonly (CallSums & { readonly name: string | null })[];
}

export interface Period {
  readonly figures: CallFigures;
  /** By requests, most first, at most 50; the rest as one named `other`. Present where broken down. */
  readonly groups?: readonly PeriodGroup[];
  readonly bars?: readonly PeriodBar[];
  /** Present where all of it is of the newest calls alone, as there are more than were read, or counted yet. */
  readonly cut?: { readonly calls: number };
}

/** How many calls there are of a filter. */
export interface CallCount {
  readonly calls: number;
  /** false: there may be more. */
  readonly isExact: boolean;
}

/** A promise rejects where the log cannot be read. */
export interface PeriodReader {
  period(question: PeriodQuestion): Promise<Period>;
  /** How many calls a filter lets through, of those that a list has. */
  count(filter: CallFilter): Promise<CallCount>;
}
