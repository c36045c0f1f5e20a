// Where rows and their bodies are kept. One contract suite (tests/contracts/log-store.ts) holds every implementation to this.
import type { CapturedBodies, LogEntry } from "../domain/log/log-entry.ts";
import type { AnswerReading } from "../domain/log/answer-reading.ts";
import type {
  LogDetail,
  LogFilter,
  LogPage,
  PerformancePoint,
  PeriodStats,
  PointsFilter,
} from "./browse.ts";

/** An entry as the recorder hands it over; writing the same id again replaces what stood there. */
export interface LogWrite {
  readonly entry: LogEntry;
  readonly bodies: CapturedBodies;
  /** What the bodies say of tokens and the finish; read off the request path. */
  readonly reading: AnswerReading;
  /** What was asked and answered, for the search; read off the request path, bounded. */
  readonly searchText: string;
}

/** The read side of a store. A promise rejects where the store cannot be read. */
export interface LogReader {
  /** Newest first; ids are UUIDv7, so they sort by time. */
  list(filter: LogFilter): Promise<LogPage>;
  get(id: string): Promise<LogDetail | null>;
  /** Figures of the rows since an epoch ms; null: of all rows. */
  stats(since: number | null): Promise<PeriodStats>;
  /** Calls that have ended, newest first. */
  points(filter: PointsFilter): Promise<readonly PerformancePoint[]>;
}

export interface Written {
  /** Bodies that could not be stored; their rows were. */
  readonly lostBodies: number;
  /** Why. */
  readonly message: string | null;
}

export interface LogStore extends LogReader {
  /** Writes the batch in one transaction: all of it or, when it throws, nothing. */
  write(batch: readonly LogWrite[]): Promise<Written>;
  /** Marks rows that an earlier process left `inflight` as `interrupted`; returns how many. */
  interruptLeftovers(now: number): Promise<number>;
}

/** What age and size remove, a small step at a time, so that writes get in between. */
export interface LogRetention {
  /**
   * Removes at most `limit` of the oldest rows before `rowsBefore`, bodies included, and at most
   * `limit` bodies of rows before `bodiesBefore`. Epoch ms; null: none for their age.
   * @returns whether there may be more to remove
   */
  removeOlder(
    rowsBefore: number | null,
    bodiesBefore: number | null,
    limit: number,
  ): Promise<boolean>;
  /**
   * Removes at most `limit` bodies where those in the blob store take more than `maxBytes`
   * together: the oldest of successes first, then the oldest of errors.
   * @returns whether there are more to remove
   */
  removeExcess(maxBytes: number, limit: number): Promise<boolean>;
  /**
   * Gives up some of the room that removed rows still take.
   * @returns whether there is more
   */
  compact(): Promise<boolean>;
  /**
   * Brings one part of the blob store and the rows in line, which a stop at the wrong moment, or
   * someone else's hand, may have parted: blobs that no row needs go.
   * @param firstDigits two hex digits
   */
  sweep(firstDigits: string): Promise<void>;
}
