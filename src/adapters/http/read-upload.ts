// A call's body as plain bytes: read within its limits, and where it is encoded, decoded within the same ones.
import type { Budget } from "../../domain/failover/budget.ts";
import {
  type Coding,
  type DecodingFormat,
  formatOf,
  looksPlain,
  notInCoding,
  requestCodings,
} from "../../domain/bytes/content-codings.ts";
import { joinBytes } from "../../domain/bytes/join-bytes.ts";
import type { HeaderList } from "../../domain/http/headers.ts";
import type { RequestProblem } from "../../domain/http/problem.ts";
import {
  type BodyLimits,
  overloaded,
  type ReadBody,
  readBody,
  tooLarge,
  type UploadClock,
} from "./read-body.ts";

export interface UploadLimits extends BodyLimits {
  /** Where bytes come from that are held only until they are decoded. */
  readonly budget: Budget;
}

/**
 * Reads the body, and decodes it where `Content-Encoding` names codings that it is really in; a
 * plain body under such a header stays as it is. What is read must go on without that header.
 */
export function readUpload(
  request: Request,
  headers: HeaderList,
  limits: UploadLimits,
  clock: UploadClock,
): Promise<ReadBody> {
  const codings = requestCodings(headers);
  if ("kind" in codings) return readUnknown(request, codings, limits, clock);
  return codings.length === 0
    ? readBody(request, limits, clock)
    : readDecoded(request, codings, limits, clock);
}

/** @param unknown why what it says of its coding cannot be followed */
async function readUnknown(
  request: Request,
  unknown: RequestProblem,
  limits: UploadLimits,
  clock: UploadClock,
): Promise<ReadBody> {
  const read = await readBody(request, limits, clock);
  // `utf-8` is what some clients write there.
  const isRead = read.kind !== "read" || looksPlain(read.bytes);
  return isRead ? read : { kind: "problem", problem: unknown };
}

async function readDecoded(
  request: Request,
  codings: readonly Coding[],
  limits: UploadLimits,
  clock: UploadClock,
): Promise<ReadBody> {
  const read = await readEncoded(request, codings, limits, clock);
  if (read.kind !== "read" || limits.share.take(read.bytes.length)) return read;
  return { kind: "problem", problem: overloaded };
}

async function readEncoded(
  request: Request,
  codings: readonly Coding[],
  { budget, maxRequestSize }: UploadLimits,
  clock: UploadClock,
): Promise<ReadBody> {
  using held = budget.share();
  const limits = { maxRequestSize, share: held };
  const read = await readBody(request, limits, clock);
  if (read.kind !== "read") return read;
  let { bytes } = read;
  // The last coding named was applied last.
  for (const coding of codings.toReversed()) {
    const format = formatOf(coding, bytes);
    if (format === null) continue;
    const decoded = await decode(bytes, format, limits);
    if (decoded.kind === "problem") return decoded;
    if (decoded.kind === "read") bytes = decoded.bytes;
    else if (!looksPlain(bytes)) return { kind: "problem", problem: notInCoding(coding) };
  }
  return { kind: "read", bytes };
}

type Decoded = Exclude<ReadBody, { kind: "gone" }> | { readonly kind: "damaged" };

/** Whole, or not at all; a body that grows beyond the limits is dropped as soon as it does. */
async function decode(
  bytes: Uint8Array,
  format: DecodingFormat,
  limits: BodyLimits,
): Promise<Decoded> {
  const decoder = new DecompressionStream(format) as ReadableWritablePair<Uint8Array, Uint8Array>;
  const reader = new Blob([bytes]).stream().pipeThrough<Uint8Array>(decoder).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { kind: "read", bytes: joinBytes(chunks) };
      size += value.length;
      const wrong = size > limits.maxRequestSize ? tooLarge(limits) : null;
      if (wrong !== null || !limits.share.take(value.length)) {
        await reader.cancel();
        return { kind: "problem", problem: wrong ?? overloaded };
      }
      chunks.push(value);
    }
  } catch {
    return { kind: "damaged" };
  }
}
