// The main thread's end of a log worker: starts it, asks, and matches answers to questions.
import type {
  CallResult,
  WorkerCallKind,
  WorkerCalls,
  WorkerReply,
  WorkerRequest,
} from "./worker-calls.ts";

export interface WorkerThread {
  /**
   * Asks the worker, starting it first where it does not run. Never rejects: what fails, a worker
   * that dies included, is reported in the result.
   * @param transfer buffers handed over instead of copied
   */
  call<K extends WorkerCallKind>(
    kind: K,
    input: WorkerCalls[K]["input"],
    transfer?: readonly ArrayBuffer[],
  ): Promise<CallResult<WorkerCalls[K]["output"]>>;
  /** Whether it was started and has not ended. */
  isRunning(): boolean;
  /** Ends the worker at once; calls under way fail. */
  stop(): void;
}

/**
 * A worker that starts with its first call, and again with the next one after it died.
 * @param startedAgain what it then calls first goes to the new worker before the call that started it
 */
export function createWorkerThread(
  start: () => Worker = startWorker,
  startedAgain: () => void = () => undefined,
): WorkerThread {
  let hasRun = false;
  const pending = new Map<number, (result: CallResult<unknown>) => void>();
  let worker: Worker | null = null;
  let calls = 0;

  function running(): Worker {
    if (worker !== null) return worker;
    const started = start();
    const died = (message: string) => {
      if (worker === started) lost(`the log's worker ended: ${message}`);
    };
    started.addEventListener("message", (event: MessageEvent<WorkerReply>) => {
      const { number, result } = event.data;
      pending.get(number)?.(result);
      pending.delete(number);
    });
    started.addEventListener("error", (event) => {
      started.terminate();
      died(event.message);
    });
    started.addEventListener("close", () => {
      died("it closed by itself");
    });
    worker = started;
    if (hasRun) startedAgain();
    hasRun = true;
    return started;
  }

  function lost(message: string): void {
    worker = null;
    for (const settle of pending.values()) settle({ ok: false, message });
    pending.clear();
  }

  return {
    call<K extends WorkerCallKind>(
      kind: K,
      input: WorkerCalls[K]["input"],
      transfer: readonly ArrayBuffer[] = [],
    ) {
      const request: WorkerRequest<K> = { number: ++calls, kind, input };
      return new Promise<CallResult<WorkerCalls[K]["output"]>>((resolve) => {
        pending.set(request.number, (result) => {
          resolve(result as CallResult<WorkerCalls[K]["output"]>);
        });
        running().postMessage(request, [...transfer]);
      });
    },
    isRunning: () => worker !== null,
    stop() {
      worker?.terminate();
      lost("the log's worker was stopped");
    },
  };
}

/**
 * In a compiled binary this file's address is the binary's own, and the worker, an entry point of
 * the build, lies under it by its path within src.
 */
function startWorker(): Worker {
  const fromSource = import.meta.url.endsWith(".ts");
  const path = fromSource ? "../../../app/log-worker.ts" : "./app/log-worker.js";
  return new Worker(new URL(path, import.meta.url));
}
