// What was read of a batch on its way back from the log's thread: an object for each call would be cloned.
import { callCost } from "../../../domain/log/cost.ts";
import type { LogWrite } from "./log-engine.ts";
import type { WriteReport } from "./worker-calls.ts";

type ReadBatch = Pick<WriteReport, "readings" | "costs">;

/** @returns what was read of the calls, by their places in the batch */
export function packRead(writes: readonly LogWrite[]): string {
  const read: ReadBatch = {
    readings: writes.map(({ reading }) => reading),
    costs: writes.map(({ reading, sense }) => callCost(sense.costNanos, reading)),
  };
  return JSON.stringify(read);
}

export function unpackRead(packed: string): ReadBatch {
  return JSON.parse(packed) as ReadBatch;
}
