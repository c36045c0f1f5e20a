// How the shared log is read: in one transaction that sees one state of it and takes no long time.
import type { Client, Run } from "./client.ts";
import { type Floors, readFloors } from "./floors.ts";

/**
 * What is read together belongs together: a call's end neither vanishes nor counts twice between two
 * statements. What takes longer than 2 s is given up by the server. Without just-in-time compilation,
 * which the server would begin for a table of many partitions, and which takes longer than the read.
 */
const settings = `set transaction isolation level repeatable read, read only;
  set local statement_timeout = '2s'; set local jit = off`;

/**
 * Rows come off an index in the list's order, and none but those that are given. The planner would
 * rather fetch and sort all rows of a model where it takes them for few, as in a partition that
 * nobody has analyzed yet.
 */
export const inOrder = `set local enable_sort = off; set local enable_bitmapscan = off;
  set local enable_seqscan = off; set local enable_indexscan = on; set local enable_indexonlyscan = on`;

/** Rows that several indexes have in common, of which there are few: they are found first, and sorted then. */
export const inCommon = `set local enable_sort = on; set local enable_bitmapscan = on;
  set local enable_indexscan = off; set local enable_indexonlyscan = off`;

/** Sums are joined with what they are of in one go: the planner takes lists that are given for short ones. */
const inOneGo = "set local enable_nestloop = off; set local enable_mergejoin = off";

type Read<Result> = (run: Run, floors: Floors) => Promise<Result>;

export function inReading<Result>(client: Client, read: Read<Result>): Promise<Result> {
  return readWith(client, settings, read);
}

/** For what gives the newest rows, in order. */
export function inOrderedReading<Result>(client: Client, read: Read<Result>): Promise<Result> {
  return readWith(client, `${settings}; ${inOrder}`, read);
}

/** For what adds up sums of many. */
export function inSummedReading<Result>(client: Client, read: Read<Result>): Promise<Result> {
  return readWith(client, `${settings}; ${inOneGo}`, read);
}

function readWith<Result>(client: Client, set: string, read: Read<Result>): Promise<Result> {
  return client.inTransaction(async (run) => {
    await run(set);
    return read(run, await readFloors(run));
  });
}
