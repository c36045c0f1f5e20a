// Checks answers against schemas on a thread of its own, which is ended where one takes too long: both were
// written by others, and no bound on their size is one on the time that they take together.
import type { Clock } from "../../ports/clock.ts";
import type { SchemaCheck, SchemaVerdict } from "../../ports/schema-check.ts";

export interface SchemaJob {
  readonly schema: string;
  readonly texts: readonly string[];
}

export interface SchemaThread extends SchemaCheck {
  /** What waits is not judged. */
  stop(): void;
}

/** Far above what people write. Characters. */
const maxSchema = 256 * 1024;
const maxTexts = 8 * 1024 * 1024;
const maxWaiting = 100;
/** Usual checks take a few ms. */
const limitMs = 1_000;
/** Without a check for so long, the thread gives back its memory. */
const idleMs = 60_000;
/** A thread that has not started by then, on however busy a machine, will not. */
const startMs = 30_000;

interface Waiting {
  readonly job: SchemaJob;
  readonly settle: (verdict: SchemaVerdict) => void;
}

const tooSlow = unknown(`checking it took longer than ${limitMs / 1_000} s`);

/** The thread starts with the first check, and again with the next one after it was ended, be it for idling. */
export function createSchemaThread(
  clock: Pick<Clock, "after">,
  start: () => Worker = startWorker,
): SchemaThread {
  const waiting: Waiting[] = [];
  let worker: Worker | null = null;
  let isReady = false;
  let stopTimer: (() => void) | null = null;

  /** The first that waits is the one that the thread is at. */
  function next(): void {
    const [first] = waiting;
    if (first === undefined) return;
    try {
      if (worker === null) launch();
      else if (isReady) {
        worker.postMessage(first.job);
        limit(limitMs, tooSlow);
      }
    } catch (error) {
      ended(unknown(`the thread that checks it did not start: ${String(error)}`));
    }
  }

  function launch(): void {
    const started = start();
    worker = started;
    isReady = false;
    limit(startMs, unknown("the thread that checks it did not start"));
    started.addEventListener("message", ({ data }: MessageEvent<SchemaVerdict | "ready">) => {
      if (worker !== started) return;
      isReady = true;
      if (data === "ready") next();
      else settled(data);
    });
    for (const event of ["error", "close"])
      started.addEventListener(event, () => {
        if (worker === started) ended(unknown("the thread that checks it ended"));
      });
    // Nothing but a check keeps the program up for it.
    started.unref();
  }

  function limit(ms: number, why: SchemaVerdict): void {
    stopTimer?.();
    stopTimer = clock.after(ms, () => ended(why));
  }

  function ended(why: SchemaVerdict): void {
    worker?.terminate();
    worker = null;
    settled(why);
  }

  function settled(verdict: SchemaVerdict): void {
    stopTimer?.();
    stopTimer = null;
    waiting.shift()?.settle(verdict);
    if (waiting.length > 0) next();
    else if (worker !== null) limit(idleMs, verdict);
  }

  return {
    check(schema, texts) {
      if (schema.length > maxSchema) return Promise.resolve(tooLarge("the schema"));
      if (texts.reduce((sum, text) => sum + text.length, 0) > maxTexts)
        return Promise.resolve(tooLarge("the answer"));
      if (waiting.length >= maxWaiting)
        return Promise.resolve(unknown("too many answers are waiting to be checked"));
      return new Promise((settle) => {
        if (waiting.push({ job: { schema, texts }, settle }) === 1) next();
      });
    },
    stop() {
      const left = waiting.splice(0);
      for (const { settle } of left) settle(unknown("the router is stopping"));
      ended(tooSlow);
    },
  };
}

function unknown(why: string): SchemaVerdict {
  return { kind: "unknown", why };
}

function tooLarge(what: string): SchemaVerdict {
  return unknown(`${what} is too large to be checked`);
}

/**
 * In a compiled binary this file's address is the binary's own, and the worker, an entry point of
 * the build, lies under it by its path within src.
 */
function startWorker(): Worker {
  const fromSource = import.meta.url.endsWith(".ts");
  const path = fromSource ? "./schema-worker.ts" : "./adapters/schemas/schema-worker.js";
  return new Worker(new URL(path, import.meta.url));
}
