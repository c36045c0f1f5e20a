// What the log's threads need of a store. Another store is another implementation of this interface,
// chosen in app/log-worker.ts; tests/contracts/log-engine.ts and log-store.ts hold each to it.
import type { AnswerReading } from "../../../domain/log/answer-reading.ts";
import type { CallSense } from "../../../domain/log/call-sense.ts";
import type { SpokenText } from "../../../domain/conversation/search-text.ts";
import type { CapturedBodies, LogEntry } from "../../../domain/log/log-entry.ts";
import type { KeptAnswer } from "../../../domain/protocols/openai-responses/kept-answer.ts";
import type { Group } from "../../../ports/group.ts";
import type { KeptAnswers } from "../../../ports/kept-answers.ts";
import type { LogDetail } from "../../../ports/browse.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { LogPlace } from "./log-place.ts";
import type { SpoolReport } from "../../../ports/spool.ts";
import type { RecordedEntry } from "./wire-batch.ts";

/** An entry with what was read in its bodies, ready to be stored. */
export interface LogWrite {
  readonly entry: LogEntry;
  readonly bodies: CapturedBodies;
  /** What the bodies say of tokens and the finish. */
  readonly reading: AnswerReading;
  /** What was asked and answered, for the search. */
  readonly said: SpokenText;
  /** What else was made of it. */
  readonly sense: CallSense;
  /** The answer, where later requests may refer to it; absent: none may. */
  readonly answer?: OwnedAnswer;
}

export interface OwnedAnswer extends KeptAnswer {
  readonly owner: string;
  /** The server that gave it in its own words; null: it was translated. */
  readonly upstream: string | null;
}

/**
 * A store as one log thread drives it.
 *
 * Who calls: a worker thread, never the thread that answers requests, and one call at a time: none
 * begins before the promise of the last one has settled. A process has two engines for one place:
 * one writes and cleans up, the other only reads, each over connections of its own, so that a large
 * read holds up no write. Several processes may share a store where the store allows it.
 *
 * What blocks: a call holds up whatever waits behind it in its thread, writes above all. So upkeep
 * comes in steps of a few ms, and no method waits for a lock or a server for long: it rejects, and
 * the caller tries again.
 *
 * What is lost: a batch whose `write` has resolved survives the end of the process, however it
 * ends. One that rejected is not there, or whole: writing it again is safe, as an entry replaces
 * the row of its id. Rows that a killed process left in flight are closed by the next `open` of the
 * same instance.
 *
 * A promise rejects where the store fails; `explain` says what that means. What an engine can mend
 * by itself it repairs, reports by `takeHappenings`, and continues.
 */
export interface LogEngine {
  /**
   * Opens or begins the store, schema brought up to date, and marks as interrupted what an earlier
   * process of this instance left in flight. Before anything else but `reader`; where it rejects,
   * later calls try again by themselves.
   * @param now epoch ms
   */
  open(place: LogPlace, now: number): Promise<OpenedStore>;
  /** Opens a store of the same kind that goes with `close` and touches nothing outside the thread. */
  openScratch(now: number): Promise<void>;
  /** Writes the batch in one transaction; an id that is there already, or twice in it, is replaced. */
  write(batch: readonly LogWrite[]): Promise<WriteResult>;
  /**
   * A reader on a connection that writes nothing. To be asked for before every read: what it
   * returns is good until the next call of the engine.
   */
  reader(place: LogPlace): Promise<LogReader>;
  /** As `reader`, for the answers that are kept. */
  answers(place: LogPlace): Promise<Pick<KeptAnswers, "find" | "items">>;
  /** @returns whether the owner had such an answer */
  removeAnswer(owner: string, id: string): Promise<boolean>;
  readonly upkeep: LogUpkeep;
  /** Where several routers share the store; absent: it is this router's own. */
  readonly shared?: SharedSide;
  /** What waits here for S3, where only bodies lie elsewhere; absent or null: nothing does. */
  ownSpool?(): SpoolReport | null;
  /** Says what a rejection means. */
  explain(error: unknown): StoreFailure;
  /** What has happened to the store since the last call, each event once. */
  takeHappenings(): readonly Happening[];
  /** Nothing has been asked for a while: memory that only helps the next call goes back to the system. */
  rest(): void;
  /** Closes every connection. A later call opens what it needs anew. */
  close(): Promise<void>;
}

/**
 * How a router stands to a store that others share. Its `write` resolves once the batch is kept here;
 * from here it goes to the store by itself. Nothing of such an engine has to wait in line: reads,
 * upkeep and these may be asked while a write is under way.
 */
export interface SharedSide {
  spool(): SpoolReport;
  /** A call whose bodies, or some of them, wait here to be brought elsewhere; null: nothing of it does. */
  waitingCall(id: string): Promise<LogDetail | null>;
  /** Resolves when everything written before is in the store, or after `withinMs`; immediately while the store cannot be reached. */
  arrived(withinMs: number): Promise<void>;
  /** The routers that share it. Absent where an engine only reads. */
  readonly group?: Group;
}

/** What a store has to do beside writing, in steps of a few ms. Each resolves to whether there is more. */
export interface LogUpkeep {
  /**
   * Removes some of the oldest rows before `rowsBefore`, bodies included, and some bodies of rows
   * before `bodiesBefore`. Epoch ms; null: none for their age.
   * @param limit of rows, and of bodies, where the store removes them one by one
   */
  removeOlder(
    rowsBefore: number | null,
    bodiesBefore: number | null,
    limit: number,
  ): Promise<boolean>;
  /**
   * Removes some of the oldest answers that are kept, of before an epoch ms.
   * @param limit of answers
   */
  removeOlderAnswers(before: number, limit: number): Promise<boolean>;
  /**
   * One round of putting things in order: gives up room that removed rows still take, and removes
   * what a stop at the wrong moment left behind.
   * @returns takes one step of the round
   */
  tidy(): () => Promise<boolean>;
  /** Puts some of the rows that the search does not find yet, the newest first, into its index. */
  fillSearch(limit: number): Promise<boolean>;
  /**
   * Understands some of the rows that an older version wrote, the newest first, and writes what is
   * made of them into them; where routers share the store, one of them at a time. Routers of an older
   * version may write more of them at any time.
   */
  senseOlder(limit: number, senseOf: SenseOf): Promise<boolean>;
  /** Looks the search's index through, which takes a while, and mends it where it is damaged. */
  checkSearch(): Promise<void>;
}

/** What is to be made of a call that was logged before anything was. */
export type SenseOf = (call: Required<RecordedEntry>) => Promise<CallSense>;

export interface OpenedStore {
  /** Rows that an earlier process had left in flight. */
  readonly interrupted: number;
  readonly search: SearchState;
}

/** Whether the search's index holds all rows, is to be filled, or does not work. */
export type SearchState = "whole" | "filling" | "off";

export interface WriteResult {
  /** Bodies that could not be stored; their rows were. */
  readonly lostBodies: number;
  /** Why. */
  readonly message: string | null;
}

export interface StoreFailure {
  /**
   * `passing`: the same may succeed later, as with a lock, a full disk or a lost connection.
   * `entry`: something in the batch is at fault; its other entries can be written.
   * `store`: it cannot be opened, and trying again does not help.
   */
  readonly kind: "passing" | "entry" | "store";
  /** For people, with what to do about it where that is known. */
  readonly message: string;
}

/** Rejects a read or a step of upkeep whose search index is to blame: the rows are whole. */
export class SearchDamage extends Error {
  constructor(cause: Error) {
    super(`the search index is damaged (${cause.message})`, { cause });
    this.name = "SearchDamage";
  }
}

/** What befell a store that people should hear of, beyond one batch that is lost. */
export interface Happening {
  readonly kind: HappeningKind;
  /** In words, with paths: for the program's log and for those who may see pages. */
  readonly message: string;
}

/** `search_begun`: it is to be filled again; `search_off`: not even that was possible. */
export type HappeningKind = "moved_aside" | "replaced" | "search_begun" | "search_off";
