// Lets someone other than its client end a call: the call sees no difference from a client that leaves.
import type { CallObserver } from "../../ports/observer.ts";
import type { CallService } from "../../ports/service.ts";
import { cancelledHere } from "./who-left.ts";

export interface CancelCalls extends CallObserver {
  /** The service with every call of it cancellable. */
  over(service: CallService): CallService;
  /** False where no such call is under way. */
  cancel(callId: string): boolean;
}

export function createCancelCalls(): CancelCalls {
  const running = new Map<string, { cancel(): void; release(): void }>();
  return {
    over: (service) => ({
      handle(call, clientGone) {
        const controller = new AbortController();
        const leave = () => controller.abort(clientGone.reason);
        running.set(call.id, {
          cancel: () => controller.abort(cancelledHere),
          release: () => clientGone.removeEventListener("abort", leave),
        });
        clientGone.addEventListener("abort", leave);
        if (clientGone.aborted) leave();
        return service.handle(call, controller.signal);
      },
      refuse: (call, problem) => service.refuse(call, problem),
    }),
    started: () => undefined,
    ended({ id }) {
      running.get(id)?.release();
      running.delete(id);
    },
    cancel(callId) {
      const call = running.get(callId);
      call?.cancel();
      return call !== undefined;
    },
  };
}
