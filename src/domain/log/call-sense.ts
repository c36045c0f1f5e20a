// What the log makes of a call beside its usage: whose conversation it belongs to, which program asked,
// what was asked last, what it cost. Read in the log's thread, never on a call's path.

export interface CallSense {
  /** A UUID shared by the calls of one conversation or session; null: the call holds no conversation. */
  readonly threadId: string | null;
  /** 16 hex digits that stand for all turns of the request; null likewise. */
  readonly turnsKey: string | null;
  /** The last words that a person or program asked, in one line of at most 200 characters; null: none. */
  readonly asked: string | null;
  /** The client's program, `name/version` or `name` as its User-Agent says; null: it does not. */
  readonly client: string | null;
  /** Billionths of a US dollar, so that sums are exact; null: the call cannot be priced. */
  readonly costNanos: number | null;
  /** What is worth knowing of the answer: `reply_cut`, `prompt_truncated`, `repeated`, `slow_load`. */
  readonly warnings: readonly string[];
}

export const nothingSensed: CallSense = {
  threadId: null,
  turnsKey: null,
  asked: null,
  client: null,
  costNanos: null,
  warnings: [],
};

/** Billionths of a US dollar in one. */
export const nanosPerDollar = 1_000_000_000;
