// A load of shipments in one statement, which costs one journey to the server where a transaction costs a
// dozen: for the usual load, all of which is new.
import type { Shipment } from "../outbox/shipment.ts";
import { createFigureSums } from "../rows/figures.ts";
import type { Run } from "./client.ts";
import type { FoldedTallies } from "./cell-book.ts";
import { createValues } from "./statement-values.ts";
import { answersInsertion, itemsInsertion, segmentsInsertion } from "./write-bodies.ts";
import { endsParts, startsInsertion, threadsOf } from "./write-calls.ts";
import { figuresInsertion } from "./write-figures.ts";
import { talliesParts } from "./write-tallies.ts";
import { threadsInsertion } from "./write-threads.ts";

/** What several shipments come to together: of one id the last. */
export type Load = Omit<Shipment, "seq">;

export interface LoadSender {
  /** Of the instance. */
  readonly id: string;
  /** Numbers of the shipments in it. */
  readonly first: number;
  readonly last: number;
}

/** Nothing is written before the instance's row is held, nor where it is not as expected. */
const ifMoved = ", moved";

/**
 * Writes all of it. Where some of the shipments are in already, or a call's end is there, as that of one
 * counted as interrupted may be, the server refuses the whole as an invalid value, and nothing is written.
 * @param tallies of its ends
 */
export async function writeNewLoad(
  run: Run,
  sender: LoadSender,
  load: Load,
  tallies: FoldedTallies,
): Promise<void> {
  const { ends, starts, segments, items, answers } = load;
  const { id, first, last } = sender;
  const values = createValues();
  const parts = [
    `moved as (
      update instances set shipped = ${values.add(last, "bigint")}, seen_at = now()
        where id = ${values.add(id, "uuid")} and shipped < ${values.add(first, "bigint")}
        returning 1)`,
  ];
  const threads = threadsOf(ends);
  // The server carries out last what stands first: whoever holds a thread that others wait for waits for nothing.
  if (threads.length > 0) parts.push(`threaded as (${threadsInsertion(values, threads, ifMoved)})`);
  if (segments.length > 0)
    parts.push(`segmented as (${segmentsInsertion(values, segments, ifMoved)})`);
  if (ends.length > 0) {
    const figures = createFigureSums();
    for (const { row } of ends) figures.add(row);
    parts.push(
      endsParts(values, id, ends, ifMoved),
      `counted as (${figuresInsertion(values, id, figures.changes(), ifMoved)})`,
      ...talliesParts(values, id, tallies, ifMoved),
    );
  }
  if (starts.length > 0) parts.push(`begun as (${startsInsertion(values, id, starts, ifMoved)})`);
  if (items.length > 0) parts.push(`said as (${itemsInsertion(values, items, ifMoved)})`);
  if (answers.length > 0) parts.push(`answered as (${answersInsertion(values, answers, ifMoved)})`);
  const put = ends.length > 0 ? "(select count(*) from put)" : "0";
  await run(
    `with ${parts.join(",\n    ")}
    select case when (select count(*) from moved) = 1 and ${put} = ${values.add(ends.length, "bigint")}
      then true else ('something of it is there already; ' || ${put} || ' calls are new')::boolean end`,
    values.all,
    values.bytes(),
  );
}
