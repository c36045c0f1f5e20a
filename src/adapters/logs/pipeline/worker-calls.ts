// What the main thread may ask of a log worker, and the answers.
import type { AnswerReading } from "../../../domain/log/answer-reading.ts";
import type { ServerContexts } from "../../../domain/log/contexts.ts";
import type { CallCost } from "../../../domain/log/cost.ts";
import type {
  LogDetail,
  LogFilter,
  LogPage,
  PeriodStats,
  PointsFilter,
  RouterName,
} from "../../../ports/browse.ts";
import type { Board, CallElsewhere, GroupSnapshot, Heard } from "../../../ports/group.ts";
import type { CallCount, CallFilter, Period, PeriodQuestion } from "../../../ports/periods.ts";
import type { FoundAnswer, MadeItem } from "../../../ports/kept-answers.ts";
import type { Happening, OpenedStore } from "./log-engine.ts";
import type { ThreadFilter, ThreadPage, ThreadRow } from "../../../ports/threads.ts";
import type { LogPlace } from "./log-place.ts";
import type { PackedPoints } from "./pack-points.ts";
import type { SpoolReport } from "../../../ports/spool.ts";
import type { WirePrices } from "./wire-prices.ts";
import type { WireBatch } from "./wire-batch.ts";

export interface OpenReport extends OpenedStore {
  /** Why it could not be opened; the log keeps trying. null: it is open. */
  readonly failed: string | null;
  readonly happened: readonly Happening[];
}

/** What became of a batch. */
export interface WriterReport {
  /** Places within the batch of the entries that could not be written. */
  readonly failed: readonly number[];
  /** Why; where all were written, what people should know of it, if anything. */
  readonly message: string | null;
  /** Bodies of rows written that could not be stored. */
  readonly lostBodies: number;
  readonly happened: readonly Happening[];
}

export interface WriteReport extends WriterReport {
  /** What the answers say, by place within the batch. */
  readonly readings: readonly AnswerReading[];
  /** What the calls cost, likewise. */
  readonly costs: readonly CallCost[];
}

/** A `WriteReport` on its way back. */
export interface WireReport extends WriterReport {
  /** Readings and costs, packed. */
  readonly read: string;
}

/** Each call's input and output. */
export interface WorkerCalls {
  /** Before the first write. `now` in epoch ms. */
  readonly open: {
    readonly input: { readonly place: LogPlace; readonly now: number };
    readonly output: OpenReport;
  };
  readonly write: {
    readonly input: { readonly batch: WireBatch };
    readonly output: WireReport;
  };
  /** What calls cost from the next batch on. After `open`, whose place chooses the engine. */
  readonly prices: { readonly input: { readonly prices: WirePrices }; readonly output: null };
  /** The contexts of loaded models, from the next batch on; likewise after `open`. */
  readonly contexts: {
    readonly input: { readonly contexts: readonly ServerContexts[] };
    readonly output: null;
  };
  /** Removes what is older, then what nothing needs, in steps between which writes go on. Epoch ms; null: nothing. */
  readonly retain: {
    readonly input: {
      readonly rowsBefore: number | null;
      readonly bodiesBefore: number | null;
      readonly answersBefore: number | null;
    };
    readonly output: readonly Happening[];
  };
  readonly list: {
    readonly input: { readonly place: LogPlace; readonly filter: LogFilter };
    readonly output: LogPage;
  };
  readonly get: {
    readonly input: { readonly place: LogPlace; readonly id: string };
    readonly output: LogDetail | null;
  };
  /** A call whose bodies wait in the thread that writes; see SharedSide. */
  readonly waitingCall: {
    readonly input: { readonly id: string };
    readonly output: LogDetail | null;
  };
  readonly stats: {
    readonly input: { readonly place: LogPlace; readonly since: number | null };
    readonly output: PeriodStats;
  };
  readonly points: {
    readonly input: { readonly place: LogPlace; readonly filter: PointsFilter };
    readonly output: PackedPoints;
  };
  readonly threads: {
    readonly input: { readonly place: LogPlace; readonly filter: ThreadFilter };
    readonly output: ThreadPage;
  };
  readonly thread: {
    readonly input: { readonly place: LogPlace; readonly id: string };
    readonly output: ThreadRow | null;
  };
  readonly period: {
    readonly input: { readonly place: LogPlace; readonly question: PeriodQuestion };
    readonly output: Period;
  };
  readonly count: {
    readonly input: { readonly place: LogPlace; readonly filter: CallFilter };
    readonly output: CallCount;
  };
  readonly answer: {
    readonly input: {
      readonly place: LogPlace;
      readonly owner: string | null;
      readonly id: string;
    };
    readonly output: FoundAnswer | null;
  };
  readonly answerItems: {
    readonly input: {
      readonly place: LogPlace;
      readonly owner: string | null;
      readonly ids: readonly string[];
    };
    readonly output: readonly MadeItem[];
  };
  readonly removeAnswer: {
    readonly input: { readonly owner: string; readonly id: string };
    readonly output: boolean;
  };
  /** Fills a search index that was begun anew; answers when it holds all rows. */
  readonly fillSearch: { readonly input: null; readonly output: readonly Happening[] };
  /** Understands the rows of an older version; answers when there are none left. */
  readonly senseOlder: { readonly input: null; readonly output: null };
  /** Looks the search's index through, for one that a read found damaged. */
  readonly checkSearch: { readonly input: null; readonly output: readonly Happening[] };
  /** What waits for a store that routers share; null: the store is this router's own. */
  readonly spool: { readonly input: null; readonly output: SpoolReport | null };
  /** Answers when what was written before is in such a store, or soon after. See SharedSide. */
  readonly arrived: { readonly input: { readonly withinMs: number }; readonly output: null };
  /** These six are those of the port `Group`. */
  readonly beat: { readonly input: { readonly board: Board }; readonly output: GroupSnapshot };
  readonly hear: { readonly input: null; readonly output: Heard | null };
  readonly callRouters: { readonly input: null; readonly output: null };
  readonly inFlightElsewhere: {
    readonly input: null;
    readonly output: readonly CallElsewhere[];
  };
  readonly routersOf: {
    readonly input: { readonly callIds: readonly string[] };
    readonly output: Readonly<Record<string, RouterName>>;
  };
  readonly cancelElsewhere: {
    readonly input: { readonly callId: string };
    readonly output: boolean;
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
  | {
      readonly ok: false;
      readonly message: string;
      /** What is to blame, where it can be mended. */
      readonly damaged?: "search";
    };

export interface WorkerReply {
  /** The request's. */
  readonly number: number;
  readonly result: CallResult<unknown>;
}
