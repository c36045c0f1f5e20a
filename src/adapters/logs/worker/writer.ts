// The log's write side in its thread: tries again while the store is locked, full or out of reach,
// and gives up in the end, so that a dead disk costs rows and not memory.
import { setTimeout as sleep } from "node:timers/promises";
import type { LogEngine, LogWrite } from "../pipeline/log-engine.ts";
import type { LogPlace } from "../pipeline/log-place.ts";
import type { OpenReport, WriterReport } from "../pipeline/worker-calls.ts";

export interface Writer {
  /** Opens the store and closes the rows an earlier process left open; never rejects. */
  open(place: LogPlace, now: number): Promise<OpenReport>;
  /** Writes what can be written; never rejects. */
  write(batch: readonly LogWrite[]): Promise<WriterReport>;
}

type BatchOutcome = Omit<WriterReport, "happened">;

const defaultPatienceMs = 10_000;
const pauseMs = 100;

/** A batch is tried for as long as the place says; once one was given up, each is tried once until one succeeds. */
export function createWriter(
  engine: Pick<LogEngine, "open" | "write" | "explain" | "takeHappenings">,
): Writer {
  let patienceMs = defaultPatienceMs;
  let failing = false;

  async function patiently(batch: readonly LogWrite[]): Promise<BatchOutcome> {
    const giveUpAt = performance.now() + (failing ? 0 : patienceMs);
    for (;;) {
      try {
        const { lostBodies, message } = await engine.write(batch);
        failing = false;
        const why = message === null ? null : `bodies could not be stored: ${message}`;
        return { failed: [], message: why, lostBodies };
      } catch (error) {
        const { kind, message } = engine.explain(error);
        if (kind === "entry") return singly(batch, message);
        const isOver = performance.now() >= giveUpAt;
        if (kind === "passing" && isOver) failing = true;
        if (kind === "store" || isOver)
          return { failed: [...batch.keys()], message, lostBodies: 0 };
      }
      await sleep(pauseMs);
    }
  }

  /** One entry that the store refuses must not take its batch along. */
  async function singly(batch: readonly LogWrite[], why: string): Promise<BatchOutcome> {
    const failed: number[] = [];
    let lostBodies = 0;
    for (const [index, write] of batch.entries())
      try {
        lostBodies += (await engine.write([write])).lostBodies;
      } catch {
        failed.push(index);
      }
    return { failed, message: failed.length === 0 ? null : why, lostBodies };
  }

  return {
    async open(place, now) {
      patienceMs = place.patienceMs ?? defaultPatienceMs;
      try {
        const opened = await engine.open(place, now);
        return { ...opened, failed: null, happened: engine.takeHappenings() };
      } catch (error) {
        const { message } = engine.explain(error);
        const happened = engine.takeHappenings();
        return { failed: message, happened, interrupted: 0, search: "whole" };
      }
    },

    async write(batch) {
      const outcome = await patiently(batch);
      const happened = engine.takeHappenings();
      if (outcome.failed.length > 0) return { ...outcome, happened };
      const said = [...happened.map(({ message }) => message), outcome.message]
        .filter((message) => message !== null)
        .join("; ");
      return { ...outcome, message: said === "" ? null : said, happened };
    },
  };
}
