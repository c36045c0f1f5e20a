// Where a row's bodies lie, as its row says it.
import type { CapturedBodies } from "../../../domain/log/log-entry.ts";
import { type CapturedKind, type StoredPiece, type TurnPieces, capturedKinds } from "./segment.ts";

/** null: it could not be stored. */
interface StoredBody {
  readonly truncated: boolean;
  readonly pieces: readonly StoredPiece[] | null;
}

export type StoredBodies = Partial<Record<CapturedKind, StoredBody>>;

/** Numbers, three for each piece; the first says whether the body is truncated. */
type WrittenPieces = Partial<Record<CapturedKind, readonly number[] | 0 | 1>>;

/**
 * @param earlier what the row said before: bodies that do not come again stay
 * @returns null where there is none
 */
export function writtenBodies(
  bodies: CapturedBodies,
  pieces: TurnPieces,
  earlier: string | null,
): string | null {
  const written: WrittenPieces = earlier === null ? {} : (JSON.parse(earlier) as WrittenPieces);
  for (const kind of capturedKinds) {
    const [body, own] = [bodies[kind] ?? null, pieces[kind]];
    if (body === null || own === undefined) continue;
    written[kind] = writtenBody(body.truncated, own);
  }
  return Object.keys(written).length === 0 ? null : JSON.stringify(written);
}

/** As `writtenBodies`, of bodies as `storedBodies` reads them. */
export function rewrittenBodies(bodies: StoredBodies): string | null {
  const written: WrittenPieces = {};
  for (const kind of capturedKinds) {
    const body = bodies[kind];
    if (body !== undefined) written[kind] = writtenBody(body.truncated, body.pieces);
  }
  return Object.keys(written).length === 0 ? null : JSON.stringify(written);
}

function writtenBody(
  isTruncated: boolean,
  pieces: readonly StoredPiece[] | null,
): readonly number[] | 0 | 1 {
  const truncated = isTruncated ? 1 : 0;
  if (pieces === null) return truncated;
  return [truncated, ...pieces.flatMap(({ segment, at, length }) => [segment, at, length])];
}

export function storedBodies(text: string | null): StoredBodies {
  const written = text === null ? {} : (JSON.parse(text) as WrittenPieces);
  const found: StoredBodies = {};
  for (const [kind, body] of Object.entries(written) as [
    CapturedKind,
    readonly number[] | 0 | 1,
  ][]) {
    const [truncated = 0, ...numbers] = typeof body === "number" ? [body] : body;
    const pieces: StoredPiece[] = [];
    for (let place = 0; place < numbers.length; place += 3) {
      const [segment = 0, at = 0, length = 0] = numbers.slice(place, place + 3);
      pieces.push({ segment, at, length });
    }
    found[kind] = { truncated: truncated === 1, pieces: typeof body === "number" ? null : pieces };
  }
  return found;
}

/** What reading a request and its answer takes. */
export interface SpokenSize {
  /** As they were captured. */
  readonly bytes: number;
  /** That have to be unpacked, as pieces name them. */
  readonly segments: readonly number[];
}

/** @returns null: neither is there */
export function spokenSize({ request, response }: StoredBodies): SpokenSize | null {
  const bodies = [request?.pieces ?? null, response?.pieces ?? null];
  if (bodies.every((pieces) => pieces === null)) return null;
  const pieces = bodies.flatMap((own) => own ?? []);
  return {
    bytes: pieces.reduce((sum, { length }) => sum + length, 0),
    segments: [...new Set(pieces.map(({ segment }) => segment))],
  };
}
