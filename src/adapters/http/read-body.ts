// Reads a request's body whole, within the limits.
import type { Budget } from "../../domain/budget.ts";
import { joinBytes } from "../../domain/bytes.ts";
import { problem, type RequestProblem } from "../../domain/problem.ts";

export interface BodyLimits {
  /** Bytes of one request. */
  readonly maxRequestSize: number;
  /** Bytes of all requests being answered. */
  readonly budget: Budget;
}

export type ReadBody =
  /** `release` gives the bytes back to the budget; called once, when the answer is over. */
  | { readonly kind: "read"; readonly bytes: Uint8Array; release(): void }
  | { readonly kind: "problem"; readonly problem: RequestProblem }
  | { readonly kind: "gone" };

const empty = new Uint8Array(0);

export async function readBody(request: Request, limits: BodyLimits): Promise<ReadBody> {
  if (request.body === null) return { kind: "read", bytes: empty, release: () => undefined };
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > limits.maxRequestSize) return { kind: "problem", problem: tooLarge(limits) };
  return Number.isNaN(announced)
    ? readChunks(request.body, limits)
    : readAnnounced(request, announced, limits);
}

async function readAnnounced(
  request: Request,
  size: number,
  { budget }: BodyLimits,
): Promise<ReadBody> {
  if (!budget.take(size)) return { kind: "problem", problem: overloaded };
  const release = () => budget.give(size);
  try {
    return { kind: "read", bytes: new Uint8Array(await request.arrayBuffer()), release };
  } catch {
    release();
    return { kind: "gone" };
  }
}

async function readChunks(body: ReadableStream<Uint8Array>, limits: BodyLimits): Promise<ReadBody> {
  const { budget, maxRequestSize } = limits;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const release = () => budget.give(size);
  const reader = body.getReader();
  const stop = async (told: RequestProblem): Promise<ReadBody> => {
    release();
    await reader.cancel();
    return { kind: "problem", problem: told };
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { kind: "read", bytes: joinBytes(chunks), release };
      if (size + value.length > maxRequestSize) return await stop(tooLarge(limits));
      if (!budget.take(value.length)) return await stop(overloaded);
      size += value.length;
      chunks.push(value);
    }
  } catch {
    release();
    return { kind: "gone" };
  }
}

const overloaded = problem(
  "overloaded",
  "too many large requests are being answered at once; ask again in a moment",
  { retryAfter: 1 },
);

function tooLarge({ maxRequestSize }: BodyLimits): RequestProblem {
  return problem(
    "request_too_large",
    `the request's body is larger than ${maxRequestSize} bytes (MAX_REQUEST_SIZE)`,
  );
}
