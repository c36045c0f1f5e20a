// Ids and times: a UUIDv7 begins with the ms in which it was made (RFC 9562 §5.7), so that a range of
// ids is a range of times.

/** No id of that ms or later sorts before it. @param time epoch ms */
export function lowestId(time: number): string {
  const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** Epoch ms in which an id was made. */
export function idTime(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
