// The group of routers as the main thread asks for it: it lives in the log's thread, which has the connection.
import type { Group } from "../../../ports/group.ts";
import type { WorkerCallKind, WorkerCalls } from "./worker-calls.ts";
import type { WorkerThread } from "./worker-thread.ts";

/** @param thread the one that writes */
export function groupOverThread(thread: Pick<WorkerThread, "call">): Group {
  async function ask<K extends WorkerCallKind>(
    kind: K,
    input: WorkerCalls[K]["input"],
  ): Promise<WorkerCalls[K]["output"]> {
    const result = await thread.call(kind, input);
    if (!result.ok) throw new Error(result.message);
    return result.value;
  }

  return {
    beat: (board) => ask("beat", { board }),
    hear: () => ask("hear", null),
    call: async () => void (await ask("callRouters", null)),
    inFlight: () => ask("inFlightElsewhere", null),
    routersOf: (callIds) => ask("routersOf", { callIds }),
    cancel: (callId) => ask("cancelElsewhere", { callId }),
  };
}
