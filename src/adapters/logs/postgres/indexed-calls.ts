// The newest calls of a filter off the index with the fewest of them. Where each of several indexes has
// many, and hardly a call is in all of them, any one would be walked for long to find nothing: after a
// while the rest is what the indexes have in common.
import type { StoredRow } from "../rows/stored-row.ts";
import { type IdRange, inRange } from "./call-conditions.ts";
import type { Run } from "./client.ts";
import { allOf, type CallFilter, idBehind, ledCalls } from "./led-calls.ts";
import { readCalls } from "./read-calls.ts";
import { inCommon, inOrder } from "./reading.ts";

/** Calls that an index is walked for, where others have many, too: a page is found by then, or there are few. */
const mostWalked = 2_000;

/** @param filter one of the alternatives; within an ordered reading */
export async function indexedCalls(
  run: Run,
  filter: CallFilter,
  range: IdRange,
  limit: number,
): Promise<readonly StoredRow[]> {
  const { conditions, order, among } = await ledCalls(run, filter, range);
  const until = among === null ? null : await idBehind(run, among, range, mostWalked);
  if (until === null) return readCalls(run, "requests r", conditions, limit, order);
  const newer = [...conditions, ...inRange("r.id", { from: until, before: null })];
  const found = await readCalls(run, "requests r", newer, limit, order);
  if (found.length === limit) return found;
  // Compared as no index can: the planner does not look at what indexes have in common where a condition is in each.
  const older = inRange('r.id::text collate "C"', { from: range.from, before: until }, "text");
  const all = [...older, ...allOf(filter), ...filter.indexed.flatMap(({ besides }) => besides)];
  await run(inCommon);
  const rest = await readCalls(run, "requests r", all, limit - found.length);
  await run(inOrder);
  return [...found, ...rest];
}
