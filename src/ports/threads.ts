// Threads: the calls of one conversation or agent session, as sums. Field names are the API's own.
import type { ThreadPlace } from "../domain/log/thread-place.ts";
import type { LogRow } from "./browse.ts";

/** Of the calls that have ended; those that retention has taken since still count. */
export interface ThreadRow {
  /** A UUID. */
  readonly id: string;
  /** The first words asked in it, those for an answer of one token last of all; null: none. */
  readonly title: string | null;
  /** Who asked: `sub` of the token, else the address. */
  readonly user: string;
  /** The program of its first call; null: that does not say. */
  readonly client: string | null;
  /** ISO 8601 UTC with ms: when its first and its last call came. */
  readonly started_at: string;
  readonly last_at: string;
  readonly calls: number;
  /** Calls in state `failed`. */
  readonly errors: number;
  /** As sent upstream, else as asked for, in the order they were logged; at most 8. */
  readonly models: readonly string[];
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** USD of the calls that have a price; null: none has. */
  readonly cost: number | null;
  /** Calls with tokens whose price is not known. */
  readonly unpriced: number;
  /** ms that its calls took together. */
  readonly duration_ms: number;
}

export interface ThreadFilter {
  /** 1 to 500. */
  readonly limit: number;
  /** Only threads behind this place: the `next` of the page before. */
  readonly before?: ThreadPlace;
  /** Epoch ms: threads whose last call came then or later. */
  readonly since?: number;
  /** Epoch ms, exclusive: threads whose last call came before. */
  readonly until?: number;
  /** `sub` of a token, or an address. */
  readonly user?: string;
  /** The program of its first call, `name` or `name/version`. */
  readonly client?: string;
  /** Part of the name of one of its models; case does not matter. */
  readonly model?: string;
  /** Part of its title; case does not matter. */
  readonly q?: string;
}

export interface ThreadPage {
  /** By their last call, the newest first. */
  readonly threads: readonly ThreadRow[];
  /** Where the page ended, as `placeText` writes it; null on the last one. */
  readonly next: string | null;
}

/** A promise rejects where the log cannot be read. */
export interface ThreadReader {
  threads(filter: ThreadFilter): Promise<ThreadPage>;
  /** null: there is none of that id, or none of its calls has ended. */
  thread(id: string): Promise<ThreadRow | null>;
}

/** A thread with its newest calls, at most 500, those under way among them. */
export interface ThreadDetail extends ThreadRow {
  /** Newest first. */
  readonly logs: readonly LogRow[];
  /** Where there are more: what to give a list of its calls as `before`; null: there are not. */
  readonly next: string | null;
}

export interface BrowseThreads extends Pick<ThreadReader, "threads"> {
  /** The sums alone, which are there sooner than the calls; null as of `thread`. */
  threadRow(id: string): Promise<ThreadRow | null>;
  /** Also of one none of whose calls has ended; null: there is none of that id. */
  thread(id: string): Promise<ThreadDetail | null>;
}
