// Reads a request's body whole, within the limits of size, memory and time.
import type { Share } from "../../domain/failover/budget.ts";
import { joinBytes } from "../../domain/bytes/join-bytes.ts";
import { problem, type RequestProblem } from "../../domain/http/problem.ts";
import type { Clock, Deadlines } from "../../ports/clock.ts";

export interface BodyLimits {
  /** Bytes of one request. */
  readonly maxRequestSize: number;
  /** This request's part of what all requests being answered may take; it stays the caller's. */
  readonly share: Share;
}

export type ReadBody =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  | { readonly kind: "problem"; readonly problem: RequestProblem }
  | { readonly kind: "gone" };

const empty = new Uint8Array(0);

/** Slower than any working line, faster than a client that only wants to occupy a connection. */
const bytesPerMs = 16; // 16 KB/s
const graceMs = 30_000;

/** ms after the request head by which a body must be complete, or longer than it is. @param bytes received so far */
export function uploadDueMs(bytes: number): number {
  return graceMs + Math.floor(bytes / bytesPerMs);
}

/**
 * A body that is announced to be no larger is read in one go. Larger ones are counted as they come:
 * what is merely announced must not take memory from others.
 */
const readAtOnce = 64 * 1024;

/** What bounds the time of an upload. */
export type UploadClock = Pick<Clock, "after" | "elapsed" | "watch" | "unwatch">;

export function readBody(
  request: Request,
  limits: BodyLimits,
  clock: UploadClock,
): Promise<ReadBody> {
  const length = request.headers.get("content-length");
  const announced = length === null ? Number.NaN : Number(length);
  if (announced > limits.maxRequestSize)
    return Promise.resolve({ kind: "problem", problem: tooLarge(limits) });
  // Asked only where it is needed: what asks for `body` makes a stream of it.
  if (announced <= readAtOnce) return readAnnounced(request, announced, limits, clock);
  const { body } = request;
  return body === null
    ? Promise.resolve({ kind: "read", bytes: empty })
    : readChunks(body, limits, clock);
}

/** Whichever comes first: the body, its loss, or the time by which it is due. */
function readAnnounced(
  request: Request,
  size: number,
  { share }: BodyLimits,
  clock: UploadClock,
): Promise<ReadBody> {
  if (!share.take(size)) return Promise.resolve({ kind: "problem", problem: overloaded });
  return new Promise((resolve) => {
    const upload = new AnnouncedUpload(resolve, clock.elapsed() + uploadDueMs(size), clock);
    request.arrayBuffer().then(upload.read, upload.lost);
  });
}

class AnnouncedUpload implements Deadlines {
  readonly #resolve: (body: ReadBody) => void;
  readonly #due: number;
  readonly #clock: UploadClock;

  constructor(resolve: (body: ReadBody) => void, due: number, clock: UploadClock) {
    this.#resolve = resolve;
    this.#due = due;
    this.#clock = clock;
    clock.watch(this);
  }

  readonly read = (bytes: ArrayBuffer): void => {
    this.#end({ kind: "read", bytes: new Uint8Array(bytes) });
  };

  readonly lost = (): void => {
    this.#end({ kind: "gone" });
  };

  check(elapsed: number): void {
    if (elapsed >= this.#due) this.#end({ kind: "problem", problem: tooSlow });
  }

  #end(body: ReadBody): void {
    this.#clock.unwatch(this);
    this.#resolve(body);
  }
}

async function readChunks(
  body: ReadableStream<Uint8Array>,
  limits: BodyLimits,
  clock: Pick<Clock, "after" | "elapsed">,
): Promise<ReadBody> {
  const { share, maxRequestSize } = limits;
  const chunks: Uint8Array[] = [];
  const start = clock.elapsed();
  let size = 0;
  let late = false;
  const reader = body.getReader();
  const stop = async (why: RequestProblem): Promise<ReadBody> => {
    await reader.cancel();
    return { kind: "problem", problem: why };
  };
  let stopClock = () => undefined as void;
  const watch = () => {
    const left = uploadDueMs(size) - (clock.elapsed() - start);
    if (left > 0) {
      stopClock = clock.after(left, watch);
      return;
    }
    late = true;
    // Ends the read that is waiting; the loop then says why.
    reader.cancel().catch(() => undefined);
  };
  watch();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) return await stop(tooSlow);
      if (done) return { kind: "read", bytes: joinBytes(chunks) };
      if (size + value.length > maxRequestSize) return await stop(tooLarge(limits));
      if (!share.take(value.length)) return await stop(overloaded);
      size += value.length;
      chunks.push(value);
    }
  } catch {
    return { kind: "gone" };
  } finally {
    stopClock();
  }
}

const tooSlow = problem(
  "request_timeout",
  "the request's body arrived too slowly: it must come at 16 kB/s, after 30 s of grace",
);

export const overloaded: RequestProblem = problem(
  "overloaded",
  "too many large requests are in progress; retry in a moment",
  { retryAfter: 1 },
);

export function tooLarge({ maxRequestSize }: BodyLimits): RequestProblem {
  return problem(
    "request_too_large",
    `the request's body is larger than ${maxRequestSize} bytes (MAX_REQUEST_SIZE)`,
  );
}
