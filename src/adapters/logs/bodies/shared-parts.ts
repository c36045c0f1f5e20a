// Which parts of a body stand in an earlier one: an agent sends its whole conversation with every turn,
// and an answer may echo instructions and tools behind an id of its own. Both are found by where the
// two begin, end and meet again; nothing is searched byte by byte.

/** A run of bytes: of the earlier body where it is shared, else of the body itself. */
export interface BodyRun {
  readonly shared: boolean;
  readonly at: number;
  readonly length: number;
}

/** Shorter runs cost more to note than to store. */
const minShared = 256;
/** Bytes by which two bodies are seen to have met again. */
const anchorBytes = 32;
/** Shared runs of a body: each is one more place to read from. */
const maxShared = 16;
/** Bytes compared at first, and at least: a byte each is then quicker. */
const firstBlock = 256;
const leastBlock = 32;

/** @returns the body's parts in order, which together are the body */
export function sharedParts(body: Buffer, earlier: Buffer): readonly BodyRun[] {
  const most = Math.min(body.length, earlier.length);
  const parts: BodyRun[] = [];
  let own = 0; // up to here nothing of the body is noted yet
  let there = 0;

  function share(at: number, from: number, length: number): void {
    if (at > own) parts.push({ shared: false, at: own, length: at - own });
    parts.push({ shared: true, at: from, length });
    own = at + length;
    there = from + length;
  }

  const prefix = commonStart(body, 0, earlier, 0);
  const suffix = prefix === most ? 0 : commonEnd(body, earlier, most - prefix);
  if (prefix >= minShared) share(0, 0, prefix);
  const [bodyEnd, earlierEnd] =
    suffix >= minShared
      ? [body.length - suffix, earlier.length - suffix]
      : [body.length, earlier.length];
  for (let run = 0; run < maxShared; run++) {
    const met = meet(body.subarray(0, bodyEnd), own, earlier.subarray(0, earlierEnd), there);
    if (met === null) break;
    share(met.at, met.from, met.length);
  }
  if (suffix >= minShared) share(bodyEnd, earlierEnd, suffix);
  if (own < body.length) parts.push({ shared: false, at: own, length: body.length - own });
  return parts;
}

/** Where the two meet again behind these places. */
function meet(
  body: Buffer,
  own: number,
  earlier: Buffer,
  there: number,
): { readonly at: number; readonly from: number; readonly length: number } | null {
  for (let skip = anchorBytes; own + skip + anchorBytes <= body.length; skip *= 2) {
    const place = own + skip;
    const found = earlier.indexOf(body.subarray(place, place + anchorBytes), there);
    if (found < 0) continue;
    let back = 0;
    while (
      back < Math.min(skip, found - there) &&
      body[place - back - 1] === earlier[found - back - 1]
    )
      back++;
    const length = back + commonStart(body, place, earlier, found);
    if (length >= minShared) return { at: place - back, from: found - back, length };
  }
  return null;
}

/** Length of what two bodies have in common from these offsets on, in bytes. */
export function commonStart(a: Buffer, fromA: number, b: Buffer, fromB: number): number {
  const most = Math.min(a.length - fromA, b.length - fromB);
  const length = leap(most, (at, block) => {
    const [startA, startB] = [fromA + at, fromB + at];
    return a.compare(b, startB, startB + block, startA, startA + block) === 0;
  });
  let common = length;
  while (common < most && a[fromA + common] === b[fromB + common]) common++;
  return common;
}

/** Length of the common end of two bodies, in bytes. @param most an upper bound */
function commonEnd(a: Buffer, b: Buffer, most: number): number {
  let length = leap(most, (at, block) => {
    const [endA, endB] = [a.length - at, b.length - at];
    return a.compare(b, endB - block, endB, endA - block, endA) === 0;
  });
  while (length < most && a[a.length - length - 1] === b[b.length - length - 1]) length++;
  return length;
}

/**
 * How far two bodies are the same, to within a few bytes: by blocks that grow for as long as they are
 * the same, then shrink.
 * @param same whether a given number of bytes is equal, from an offset on
 */
function leap(most: number, same: (at: number, block: number) => boolean): number {
  let length = 0;
  let block = firstBlock;
  while (length < most) {
    const size = Math.min(block, most - length);
    if (!same(length, size)) break;
    length += size;
    block *= 2;
  }
  for (block >>>= 1; block >= leastBlock; block >>>= 1)
    if (block <= most - length && same(length, block)) length += block;
  return length;
}
