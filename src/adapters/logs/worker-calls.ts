// What the main thread may ask of a log worker, and the answers.
import type { LogDetail, LogFilter, LogPage, PeriodStats } from "../../ports/browse.ts";
import type { WireBatch } from "./wire-batch.ts";

export interface OpenReport {
  /** For people; what went wrong while opening. The log keeps trying. */
  readonly warnings: readonly string[];
  /** Rows an earlier process had left in flight. */
  readonly interrupted: number;
}

export interface WriteReport {
  /** Places within the batch of the entries that could not be written. */
  readonly failed: readonly number[];
  /** Why; where all were written, what people should know of it, if anything. */
  readonly message: string | null;
}

/** Each call's input and output. */
export interface WorkerCalls {
  /** Before the first write. `now` in epoch ms. */
  readonly open: {
    readonly input: { readonly path: string; readonly now: number };
    readonly output: OpenReport;
  };
  readonly write: { readonly input: WireBatch; readonly output: WriteReport };
  /** Removes what is older, in steps between which writes go on. Epoch ms; null: nothing. */
  readonly retain: {
    readonly input: { readonly rowsBefore: number | null; readonly bodiesBefore: number | null };
    readonly output: null;
  };
  readonly list: {
    readonly input: { readonly path: string; readonly filter: LogFilter };
    readonly output: LogPage;
  };
  readonly get: {
    readonly input: { readonly path: string; readonly id: string };
    readonly output: LogDetail | null;
  };
  readonly stats: {
    readonly input: { readonly path: string; readonly since: number | null };
    readonly output: PeriodStats;
  };
  /** Closes the databases; nothing may be asked afterwards. */
  readonly close: { readonly input: null; readonly output: null };
}

export type WorkerCallKind = keyof WorkerCalls;

export interface WorkerRequest<K extends WorkerCallKind = WorkerCallKind> {
  readonly number: number;
  readonly kind: K;
  readonly input: WorkerCalls[K]["input"];
}

export type CallResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

export interface WorkerReply {
  /** The request's. */
  readonly number: number;
  readonly result: CallResult<unknown>;
}
