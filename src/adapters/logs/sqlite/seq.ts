// A row's key: a number made from its id, so that the table lies in the order of time and every
// index ends in it for nothing.

/** 2020-01-01: what is counted from then fits a double's whole numbers until 2089. */
const epoch = 1_577_836_800_000;
/** Numbers for each ms: the 12 bits that follow the time in a UUIDv7, a counter as Bun makes them. */
const perMs = 4_096;

/** The key of an id (UUIDv7, RFC 9562 §5.7). Two ids of one ms may share one; ids in order give keys in order. */
export function seqOf(id: string): number {
  const time = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  return (time - epoch) * perMs + Number.parseInt(id.slice(15, 18), 16);
}

/** How far two keys are apart that were made so long after each other. @param ms */
export function seqsIn(ms: number): number {
  return ms * perMs;
}

/** At most, between a request's id and its timestamp: the body is read in between. */
const idLeadMs = 3_600_000;

/**
 * No row of that time or later has a smaller key. It ends a search for rows that are not there at
 * `since`, not at the oldest row.
 * @param since epoch ms
 */
export function lowestSeq(since: number): number {
  return (since - idLeadMs - epoch) * perMs;
}

/** Keys of one ms whose rows stand behind others of it. */
const slackMs = 10;

/**
 * Each row of before that time has a smaller key.
 * @param until epoch ms
 */
export function highestSeq(until: number): number {
  return (until + slackMs - epoch) * perMs;
}
