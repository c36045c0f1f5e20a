// The log's thread: writes batches, removes what is old, answers reads. The main thread runs two,
// one for writes and one for reads, so that a large read holds up no write.
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import type { Group } from "../../../ports/group.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import { type CallCosts, createCallCosts } from "../pipeline/call-costs.ts";
import { createCallContexts } from "../pipeline/call-contexts.ts";
import { type LogEngine, SearchDamage } from "../pipeline/log-engine.ts";
import type { LogPlace } from "../pipeline/log-place.ts";
import { packPoints } from "../pipeline/pack-points.ts";
import { createEntryReader } from "../pipeline/read-entry.ts";
import { createStepPace, type StepPace } from "../pipeline/step-pace.ts";
import { type RecordedEntry, unpackBatch } from "../pipeline/wire-batch.ts";
import { packRead } from "../pipeline/wire-read.ts";
import type {
  CallResult,
  WorkerCallKind,
  WorkerCalls,
  WorkerReply,
  WorkerRequest,
} from "../pipeline/worker-calls.ts";
import { createWarmUp } from "./warm-up.ts";
import { createWriter } from "./writer.ts";

type Answers = {
  readonly [K in WorkerCallKind]: (
    input: WorkerCalls[K]["input"],
  ) => Promise<WorkerCalls[K]["output"]>;
};

/** Rows of a step of upkeep, where the disk is quick. */
const maxRowsPerStep = 100;
/** ms: a write behind such a step hardly notices. */
const stepMs = 10;
/** Likewise, where a step waits for other machines most of the time. */
const sharedStepMs = 50;

/** ms without a question after which the thread gives back what the last ones have left in memory. */
const restAfterMs = 500;
/** It is left lying where no more rows than this were written since. */
const fewRows = 100;
/** Bytes of bodies, likewise. */
const fewBytes = 1024 * 1024;

/** @param place null: what is asked first names none */
export type CreateEngine = (place: LogPlace | null) => LogEngine;

/** Answers what comes in at the port, for as long as the thread lives; where the log lies says which engine it has. */
export function serveLog(port: MessagePort, createEngine: CreateEngine): void {
  let served: { readonly engine: LogEngine; readonly answers: Answers } | null = null;
  let [rows, bytes] = [0, 0];
  let resting: NodeJS.Timeout | undefined;

  // Under load the collector runs often enough; what the last second of it left would stay for hours.
  function rest(): void {
    if (rows <= fewRows && bytes <= fewBytes) return;
    [rows, bytes] = [0, 0];
    served?.engine.rest();
    Bun.gc(true);
  }

  function servedAt(place: LogPlace | null): NonNullable<typeof served> {
    if (served !== null) return served;
    const engine = createEngine(place);
    served = { engine, answers: createAnswers(engine, () => createEngine(place)) };
    return served;
  }

  port.on("message", (request: WorkerRequest) => {
    clearTimeout(resting);
    if (request.kind === "write") {
      const { batch } = request.input as WorkerCalls["write"]["input"];
      rows += batch.count;
      bytes += batch.bytes.length;
    }
    const { answers } = servedAt(placeIn(request));
    answer(answers, request).then((result) => {
      port.postMessage({ number: request.number, result } satisfies WorkerReply);
      resting = setTimeout(rest, restAfterMs);
    }, fail);
  });
}

function placeIn({ input }: WorkerRequest): LogPlace | null {
  return input !== null && "place" in input ? input.place : null;
}

function createAnswers(engine: LogEngine, createEngine: () => LogEngine): Answers {
  const { upkeep } = engine;
  const writer = createWriter(engine);
  const costs = createCallCosts();
  const contexts = createCallContexts();
  const costOf: CallCosts["nanos"] = (call, usage) => costs.nanos(call, usage);
  const reader = createEntryReader({ costOf, contextOf: (call) => contexts.of(call) });
  const removing = createStepPace(maxRowsPerStep, stepMs);
  const filling = createStepPace(maxRowsPerStep, stepMs);
  const sensing = createStepPace(
    maxRowsPerStep,
    engine.shared === undefined ? stepMs : sharedStepMs,
  );
  /** One job at a time, as an engine asks for. */
  const inLine = createLine();
  const inOtherLine = createLine();
  let closed = false;

  /** What may have to wait for another machine keeps no write waiting. */
  function aside<T>(job: () => Promise<T>): Promise<T> {
    return engine.shared === undefined ? inLine(job) : inOtherLine(job);
  }

  function group(): Group {
    const shared = engine.shared?.group;
    if (shared === undefined) throw new Error("no other router shares this log");
    return shared;
  }

  /** As `aside`; nor does one read keep another waiting. */
  function reading<T>(job: () => Promise<T>): Promise<T> {
    return engine.shared === undefined ? inLine(job) : job();
  }

  function read<T>(place: LogPlace, job: (reader: LogReader) => Promise<T>): Promise<T> {
    return reading(async () => job(await engine.reader(place)));
  }

  /** Repeats a job while it says that there is more, and leaves disk and processor to others for as long after each time. */
  async function inSteps(job: () => Promise<boolean>, pace?: StepPace): Promise<void> {
    for (let isMore = true; isMore;) {
      let ms = 0;
      isMore = await aside(async () => {
        // A step would open again what was closed.
        if (closed) return false;
        const startedAt = performance.now();
        const more = await job();
        ms = performance.now() - startedAt;
        return more;
      });
      pace?.took(ms);
      // A timer would make a millisecond of less.
      await (ms < 1 ? turn() : sleep(ms));
    }
  }

  async function warmUp(now: number): Promise<void> {
    await inSteps(createWarmUp(createEngine(), now));
    // What it leaves would stay resident until something is written.
    Bun.gc(true);
  }

  return {
    open: async ({ place, now }) => {
      const report = await inLine(() => writer.open(place, now));
      warmUp(now).catch(fail);
      return report;
    },
    write: ({ batch }) =>
      inLine(async () => {
        const batched = unpackBatch(batch);
        await costs.prepare(batched.map(({ entry }) => entry));
        const writes = batched.map((recorded) => reader.read(recorded));
        const report = await writer.write(writes);
        if (report.failed.length > 0) reader.forgetTexts();
        return { ...report, read: packRead(writes) };
      }),
    async prices({ prices }) {
      costs.adopt(prices);
      return null;
    },
    async contexts(said) {
      contexts.adopt(said.contexts);
      return null;
    },
    async retain({ rowsBefore, bodiesBefore, answersBefore }) {
      if (rowsBefore !== null || bodiesBefore !== null)
        await inSteps(
          () => upkeep.removeOlder(rowsBefore, bodiesBefore, removing.size()),
          removing,
        );
      if (answersBefore !== null)
        await inSteps(() => upkeep.removeOlderAnswers(answersBefore, removing.size()), removing);
      await inSteps(upkeep.tidy());
      return engine.takeHappenings();
    },
    async fillSearch() {
      await inSteps(() => upkeep.fillSearch(filling.size()), filling);
      return engine.takeHappenings();
    },
    async senseOlder() {
      // What is remembered of them, the newest first, would mislead the threads of new calls.
      const older = createEntryReader({ costOf });
      let isAny = false;
      const senseOf = async (call: RecordedEntry) => {
        isAny = true;
        await costs.prepare([call.entry]);
        return older.read(call).sense;
      };
      await inSteps(() => upkeep.senseOlder(sensing.size(), senseOf), sensing);
      // As after the warm-up.
      if (isAny) Bun.gc(true);
      return null;
    },
    checkSearch: () =>
      aside(async () => {
        await upkeep.checkSearch();
        return engine.takeHappenings();
      }),
    list: ({ place, filter }) => read(place, (reader) => reader.list(filter)),
    // A body may come from S3, which keeps no other read waiting.
    get: async ({ place, id }) =>
      place.blobs.type === "s3"
        ? (await engine.reader(place)).get(id)
        : read(place, (reader) => reader.get(id)),
    waitingCall: async ({ id }) => (await engine.shared?.waitingCall(id)) ?? null,
    stats: ({ place, since }) => read(place, (reader) => reader.stats(since)),
    points: ({ place, filter }) =>
      read(place, async (reader) => packPoints(await reader.points(filter))),
    period: ({ place, question }) => read(place, (reader) => reader.period(question)),
    count: ({ place, filter }) => read(place, (reader) => reader.count(filter)),
    threads: ({ place, filter }) => read(place, (reader) => reader.threads(filter)),
    thread: ({ place, id }) => read(place, (reader) => reader.thread(id)),
    answer: ({ place, owner, id }) =>
      reading(async () => (await engine.answers(place)).find(owner, id)),
    answerItems: ({ place, owner, ids }) =>
      reading(async () => (await engine.answers(place)).items(owner, ids)),
    removeAnswer: ({ owner, id }) => aside(() => engine.removeAnswer(owner, id)),
    spool: async () => engine.shared?.spool() ?? engine.ownSpool?.() ?? null,
    async arrived({ withinMs }) {
      await engine.shared?.arrived(withinMs);
      return null;
    },
    beat: async ({ board }) => group().beat(board),
    hear: async () => group().hear(),
    async callRouters() {
      await group().call();
      return null;
    },
    inFlightElsewhere: async () => group().inFlight(),
    routersOf: async ({ callIds }) => group().routersOf(callIds),
    cancelElsewhere: async ({ callId }) => group().cancel(callId),
    close: () =>
      inLine(async () => {
        closed = true;
        await engine.close();
        return null;
      }),
  };
}

function createLine(): <T>(job: () => Promise<T>) => Promise<T> {
  let line: Promise<unknown> = Promise.resolve();
  return (job) => {
    const done = line.then(job);
    line = done.catch(() => null); // whoever asked hears of it
    return done;
  };
}

async function answer<K extends WorkerCallKind>(
  answers: Answers,
  { kind, input }: WorkerRequest<K>,
): Promise<CallResult<unknown>> {
  try {
    return { ok: true, value: await answers[kind](input) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "unknown error";
    return { ok: false, message, ...(error instanceof SearchDamage ? { damaged: "search" } : {}) };
  }
}

/** A bug: the thread ends, and the main thread fails every request that waits. */
function fail(error: unknown): never {
  throw error instanceof Error ? error : new Error("the log's worker failed", { cause: error });
}
