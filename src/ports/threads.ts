// Threads: the calls of one conversation or agent session. Field names are the API's own.
import type { LogRow } from "./browse.ts";

export interface ThreadRow {
  /** A UUID. */
  readonly id: string;
  /** The first words asked in it; null: none. */
  readonly title: string | null;
  /** As its first call says. */
  readonly user: string | null;
  readonly source_ip: string;
  readonly client: string | null;
  /** ISO 8601 UTC with ms: of its first and last call. */
  readonly started_at: string;
  readonly last_at: string;
  readonly calls: number;
  readonly errors: number;
  /** As sent upstream, in the order they came in; at most 8. */
  readonly models: readonly string[];
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** USD; null: none of its calls has a price. */
  readonly cost: number | null;
  readonly unpriced: number;
  /** ms that its calls took together. */
  readonly duration_ms: number;
}

export interface ThreadFilter {
  /** 1 to 500. */
  readonly limit: number;
  /** As `next` of the page before. */
  readonly before?: string;
  readonly user?: string;
  readonly client?: string;
  /** Part of a model's name. */
  readonly model?: string;
  /** Epoch ms; threads with a call since then. */
  readonly since?: number;
  /** Epoch ms, exclusive: threads whose last call was before it. */
  readonly until?: number;
  /** Part of its title. */
  readonly q?: string;
}

export interface ThreadPage {
  /** By their last call, newest first. */
  readonly threads: readonly ThreadRow[];
  /** What to give as `before` for the next page; null on the last one. */
  readonly next: string | null;
}

/** A call of a thread, and where it stands in the conversation. */
export interface ThreadCall extends LogRow {
  /** Stands for all turns of its request; see `turnKeys` in domain/conversation. null: it has none. */
  readonly turns_key: string | null;
}

export interface Thread extends ThreadRow {
  /** Its calls, oldest first; where there are more than 1,000, the newest of them. */
  readonly log: readonly ThreadCall[];
}

/** A promise rejects where the log cannot be read. */
export interface ThreadReader {
  threads(filter: ThreadFilter): Promise<ThreadPage>;
  /** null: there is none of that id. */
  thread(id: string): Promise<Thread | null>;
}
