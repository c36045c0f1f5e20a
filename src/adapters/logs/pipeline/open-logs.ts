// The log as the program uses it: recorder and reader over two workers, and the hourly clean-up.
import type { Clock } from "../../../ports/clock.ts";
import type { Group } from "../../../ports/group.ts";
import type { ServerContexts } from "../../../domain/log/contexts.ts";
import type { KeptAnswers } from "../../../ports/kept-answers.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { CallEvents, LogRow } from "../../../ports/browse.ts";
import type { Notice } from "../../../ports/notices.ts";
import type { SpoolReport } from "../../../ports/spool.ts";
import type { UsageObserver } from "../../../ports/observer.ts";
import { inTime } from "../in-time.ts";
import { createAnswerReads } from "./answer-reads.ts";
import { createCallEvents } from "./call-events.ts";
import { groupOverThread } from "./group-over-thread.ts";
import { withKnownEnds } from "./known-ends.ts";
import type { BlobPlace, SharedPlace } from "./log-place.ts";
import { createLogNotices } from "./log-notices.ts";
import { createLogReader } from "./log-reader.ts";
import type { KnownEnd } from "./open-calls.ts";
import { createQuickReads } from "./quick-reads.ts";
import { createRecorder } from "./recorder.ts";
import type { Recorder } from "./recorder.ts";
import { createSearchWatch } from "./search-watch.ts";
import { unpackRead } from "./wire-read.ts";
import type { WirePrices } from "./wire-prices.ts";
import type { OpenReport } from "./worker-calls.ts";
import { createWorkerThread } from "./worker-thread.ts";

export interface LogsOptions {
  /** Of the SQLite file; its folder is made where it is missing. */
  readonly path: string;
  readonly blobs: BlobPlace;
  /** See LogPlace. */
  readonly shared?: SharedPlace;
  /** Likewise. */
  readonly patienceMs?: number;
  readonly maxBodyBytes: number;
  /** ms; null keeps rows for ever. */
  readonly maxLogAgeMs: number | null;
  /** ms; null: bodies go with their rows. */
  readonly maxBodyAgeMs: number | null;
  /** ms; null: kept answers go with the bodies. */
  readonly maxAnswerAgeMs: number | null;
  readonly clock: Pick<Clock, "now" | "after">;
  /** Called with what each call's answer reports, and what it cost. */
  readonly used: UsageObserver["used"];
  /** Called with what goes wrong after opening, in words. */
  readonly trouble: (message: string) => void;
  /** Starts one of the log's threads; absent: the program's own. */
  readonly startWorker?: () => Worker;
}

export interface Logs {
  readonly recorder: Recorder;
  readonly reader: LogReader;
  /** Answers that requests may refer to. */
  readonly answers: KeptAnswers;
  /**
   * Reads a row, in the thread that writes: the one for reads is started by whoever looks at the log.
   * Rejects where the log cannot be read.
   */
  tryReading(): Promise<void>;
  /** What waits here for a store that routers share; null: the log is this router's own. Rejects where the thread cannot be asked. */
  spool(): Promise<SpoolReport | null>;
  /** What calls cost that end from now on. */
  priced(prices: WirePrices): void;
  /** What models in memory can read of a prompt, for calls that end from now on. */
  contexts(contexts: readonly ServerContexts[]): void;
  readonly events: CallEvents;
  /** Has events tell of calls that other routers have answered. */
  endedElsewhere(rows: readonly LogRow[]): void;
  /** The routers that share the log; every promise rejects where none can. */
  readonly group: Group;
  /** What a person should act on, beyond rows that are lost. */
  readonly notices: () => readonly Notice[];
  /** Settles once the database is open, or could not be opened; never rejects. */
  readonly opened: Promise<OpenReport>;
  /** Writes what waits and ends the workers. */
  close(): Promise<void>;
}

const hourMs = 3_600_000;
/** For which a read waits for what is under way to a store that routers share. */
const longestArrivalMs = 250;
const longestCloseMs = 1_000;
/** Ten times what a call's end takes at most to be in the log. */
const lateMs = 1_000;

/** Opens the log; calls may be recorded at once. */
export function openLogs(options: LogsOptions): Logs {
  const { path, blobs, maxBodyBytes, maxLogAgeMs, maxBodyAgeMs, clock, trouble } = options;
  const answerAgeMs = options.maxAnswerAgeMs ?? maxBodyAgeMs ?? maxLogAgeMs;
  const { patienceMs, shared } = options;
  const place = {
    path,
    blobs,
    ...(shared === undefined ? {} : { shared }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  };
  const events = createCallEvents();
  const writing = createWorkerThread(options.startWorker, () => {
    openAgain();
  });
  const reading = createWorkerThread(options.startWorker);
  const notices = createLogNotices(clock);
  const search = createSearchWatch(writing, notices, trouble);
  const recorder = createRecorder({
    async send(batch) {
      const result = await writing.call("write", { batch }, [batch.bytes.buffer]);
      if (!result.ok) return result;
      const { read, ...report } = result.value;
      return { ok: true, value: { ...report, ...unpackRead(read) } };
    },
    events,
    used: options.used,
    answered({ happened: all, failed, lostBodies, message }, hadBodies) {
      for (const one of all) search.happened(one);
      if (failed.length > 0) return;
      notices.unopened(null);
      if (hadBodies) notices.bodiesLost(lostBodies > 0 ? message : null);
    },
    clock,
    maxBodyBytes,
    trouble,
  });
  /** Reads see what is written before them; where routers share the store, what has arrived there. */
  const written = {
    async flush() {
      await recorder.flush();
      if (shared !== undefined) await writing.call("arrived", { withinMs: longestArrivalMs });
    },
  };
  const quick = shared === undefined ? createQuickReads(reading, writing, clock) : reading;
  const reader = withKnownEnds(
    createLogReader({
      place,
      thread: reading,
      quickThread: quick,
      bodiesThread: blobs.type === "memory" && shared === undefined ? writing : quick,
      waitingThread: blobs.type === "s3" && shared !== undefined ? writing : undefined,
      recorder: written,
      clock,
      searchDamaged() {
        search.damaged();
      },
    }),
    lateEnd,
  );

  const answers = createAnswerReads({ place, reading, writing, recorder: written, clock });

  /** An end that should long be in the log; what waits for its batch is there in a moment, whole. */
  function lateEnd(id: string): KnownEnd | null {
    const end = recorder.endOf(id);
    return end !== null && clock.now() - (end.entry.completedAt ?? 0) > lateMs ? end : null;
  }

  let cancelClean = () => {};
  let cleaning: Promise<void> = Promise.resolve();
  let isUnderstanding = false;
  let understanding: Promise<void> = Promise.resolve();
  let closed = false;

  /**
   * After rows that are too old are gone. What fails is tried again with the next clean-up; where routers
   * of an older version share the store, there may be more by then.
   */
  async function understandOlder(): Promise<void> {
    isUnderstanding = true;
    const result = await writing.call("senseOlder", null);
    isUnderstanding = false;
    if (!result.ok && !closed)
      trouble(`calls of an older version could not be looked through: ${result.message}`);
  }

  async function clean(): Promise<void> {
    const before = (age: number | null) => (age === null ? null : clock.now() - age);
    const input = {
      rowsBefore: before(maxLogAgeMs),
      bodiesBefore: before(maxBodyAgeMs),
      answersBefore: before(answerAgeMs),
    };
    const result = await writing.call("retain", input);
    if (closed) return;
    if (result.ok) search.befell(result.value);
    else trouble(`old rows of the log could not be removed: ${result.message}`);
    search.retry();
    if (result.ok && !isUnderstanding) understanding = understandOlder();
    cancelClean = clock.after(hourMs, () => {
      cleaning = clean();
    });
  }

  /** A reader that its disk holds up is not waited for. */
  async function closeReading(): Promise<void> {
    if (reading.isRunning()) await inTime(reading.call("close", null), longestCloseMs, clock);
    reading.stop();
  }

  let prices: WirePrices | null = null;
  let contexts: readonly ServerContexts[] = [];

  /**
   * A thread that takes the place of one that died knows neither the log nor prices nor contexts. Calls under way
   * are interrupted to it, as after a restart, until their ends replace their rows.
   */
  function openAgain(): void {
    if (closed) return;
    writing
      .call("open", { place, now: clock.now() })
      .then((result) => {
        if (result.ok) notices.unopened(result.value.failed);
      })
      .catch(() => undefined);
    if (prices !== null) writing.call("prices", { prices }).catch(() => undefined);
    writing.call("contexts", { contexts }).catch(() => undefined);
  }

  async function open(): Promise<OpenReport> {
    const result = await writing.call("open", { place, now: clock.now() });
    cleaning = clean();
    const report: OpenReport = result.ok
      ? result.value
      : { failed: result.message, happened: [], interrupted: 0, search: "whole" };
    notices.unopened(report.failed);
    for (const one of report.happened) search.happened(one);
    search.opened(report.search);
    return report;
  }

  return {
    recorder,
    reader,
    answers,
    async tryReading() {
      const result = await writing.call("list", { place, filter: { limit: 1 } });
      if (!result.ok) throw new Error(result.message);
    },
    async spool() {
      const result = await writing.call("spool", null);
      if (!result.ok) throw new Error(result.message);
      return result.value;
    },
    priced(wire) {
      prices = wire;
      // A call would start the thread again.
      if (!closed) writing.call("prices", { prices }).catch(() => undefined);
    },
    contexts(said) {
      const isNews = JSON.stringify(said) !== JSON.stringify(contexts);
      contexts = said;
      if (isNews && !closed) writing.call("contexts", { contexts }).catch(() => undefined);
    },
    events,
    endedElsewhere(rows) {
      events.endedElsewhere(rows);
    },
    group: groupOverThread(writing),
    notices: () => notices.current(),
    opened: open(),
    async close() {
      closed = true;
      cancelClean();
      const searching = search.close();
      await recorder.close();
      // The last connection to close puts the write-ahead log into the file, so the writer's goes last.
      await closeReading();
      await writing.call("close", null);
      writing.stop();
      await cleaning;
      await searching;
      await understanding;
    },
  };
}
