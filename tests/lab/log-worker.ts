// Loaded before the tests: the log's threads start from one compiled file, and one that has closed its
// log serves the next router's. Each router has two of them, and to begin a thread costs more than most
// of what a test does.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildLogWorker } from "../../scripts/build-log-worker.ts";
import type { WorkerReply, WorkerRequest } from "../../src/adapters/logs/pipeline/worker-calls.ts";
import type { LentReply, LentRequest } from "./log-thread.ts";

const source = resolve(import.meta.dir, "../../src/app/log-worker.ts");
/** `scripts/test.ts` has one for all suites. */
let built = process.env["SMOLROUTER_LOG_WORKER"] ?? null;

function builtWorker(): string {
  if (built !== null) return built;
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-log-worker-"));
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  built = buildLogWorker(folder);
  return built;
}

const RealWorker = Worker;
/** Threads whose logs are closed. */
const free: Worker[] = [];
let logs = 0;

/** As much of a worker as the program uses. */
class LentThread extends EventTarget {
  readonly #log = ++logs;
  readonly #thread = free.pop() ?? new RealWorker(builtWorker());
  /** The number of the request that closes the log. */
  #closing: number | null = null;
  #isClosed = false;
  readonly #hears = (event: Event): void => {
    if (event.type !== "message") this.#isOver(event);
    else this.#replied((event as MessageEvent<LentReply>).data);
  };

  constructor() {
    super();
    for (const type of ["message", "error", "close"])
      this.#thread.addEventListener(type, this.#hears);
  }

  postMessage(request: WorkerRequest, transfer: ArrayBuffer[]): void {
    if (request.kind === "close") this.#closing = request.number;
    this.#thread.postMessage({ log: this.#log, request } satisfies LentRequest, transfer);
  }

  /** Ends the thread where its log is open, as of any worker; one whose log has been closed is lent again. */
  terminate(): void {
    if (!this.#isClosed) return this.#thread.terminate();
    this.#leave();
    free.push(this.#thread);
  }

  #replied({ log, reply }: LentReply): void {
    if (log !== this.#log) return;
    this.#isClosed ||= reply.number === this.#closing;
    this.dispatchEvent(new MessageEvent<WorkerReply>("message", { data: reply }));
  }

  #isOver(event: Event): void {
    this.#isClosed = false;
    this.dispatchEvent(
      event instanceof ErrorEvent
        ? new ErrorEvent(event.type, { message: event.message, error: event.error })
        : new Event(event.type),
    );
  }

  #leave(): void {
    for (const type of ["message", "error", "close"])
      this.#thread.removeEventListener(type, this.#hears);
  }
}

globalThis.Worker = class extends RealWorker {
  constructor(address: string | URL, options?: WorkerOptions) {
    if (address instanceof URL && address.pathname === source)
      return new LentThread() as unknown as Worker;
    super(address, options);
  }
};
