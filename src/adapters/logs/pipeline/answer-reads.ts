// The answers kept in the log as the main thread asks for them.
import type { Clock } from "../../../ports/clock.ts";
import type { KeptAnswers } from "../../../ports/kept-answers.ts";
import type { LogPlace } from "./log-place.ts";
import type { Recorder } from "./recorder.ts";
import { createTimelyReads } from "./timely-reads.ts";
import type { WorkerThread } from "./worker-thread.ts";

export interface AnswerReadsOptions {
  readonly place: LogPlace;
  readonly reading: Pick<WorkerThread, "call">;
  readonly writing: Pick<WorkerThread, "call">;
  readonly recorder: Pick<Recorder, "flush">;
  readonly clock: Pick<Clock, "after">;
}

export function createAnswerReads(options: AnswerReadsOptions): KeptAnswers {
  const { place, reading, writing, recorder, clock } = options;
  const atOnce = createTimelyReads({ recorder: { flush: () => Promise.resolve() }, clock });
  const afterwards = createTimelyReads({ recorder, clock });
  return {
    async find(owner, id) {
      const find = () => reading.call("answer", { place, owner, id });
      // Nearly always it was written long ago.
      return (await atOnce(find)) ?? (await afterwards(find));
    },
    async items(owner, ids) {
      const find = () => reading.call("answerItems", { place, owner, ids });
      const found = await atOnce(find);
      const isWhole = ids.every((id) => found.some((item) => item.id === id));
      return isWhole ? found : afterwards(find);
    },
    // In the thread that writes: what waits to be written is removed with the rest.
    remove: (owner, id) => afterwards(() => writing.call("removeAnswer", { owner, id })),
  };
}
