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

export function inReading<Result>(
  client: Client,
  read: (run: Run, floors: Floors) => Promise<Result>,
): Promise<Result> {
  return client.inTransaction(async (run) => {
    await run(settings);
    return read(run, await readFloors(run));
  });
}
