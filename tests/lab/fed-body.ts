// An upstream's body that a test feeds by hand, read by read.
import type { BodyRead, UpstreamBody } from "../../src/ports/upstream.ts";

export interface FedBody extends UpstreamBody {
  /** The next read, for whoever waits or will. */
  feed(read: BodyRead | string): void;
  /** Reads that have been asked for. */
  reads(): number;
  cancelled(): boolean;
}

export function createFedBody(...first: readonly (BodyRead | string)[]): FedBody {
  const text = new TextEncoder();
  const fed: BodyRead[] = [];
  let waiting: ((read: BodyRead) => void) | null = null;
  let reads = 0;
  let cancelled = false;

  function feed(read: BodyRead | string): void {
    const got: BodyRead =
      typeof read === "string" ? { kind: "bytes", bytes: text.encode(read) } : read;
    if (waiting === null) fed.push(got);
    else waiting(got);
    waiting = null;
  }
  for (const read of first) feed(read);

  return {
    feed,
    reads: () => reads,
    cancelled: () => cancelled,
    read() {
      reads++;
      if (cancelled) return Promise.resolve({ kind: "aborted" });
      const got = fed.shift();
      return got === undefined
        ? new Promise((resolve) => {
            waiting = resolve;
          })
        : Promise.resolve(got);
    },
    cancel() {
      cancelled = true;
      waiting?.({ kind: "aborted" });
      waiting = null;
    },
  };
}
