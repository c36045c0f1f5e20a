// Figures, in the transaction of the rows that they count. Each router has its own: shared ones would
// make routers wait for each other.
import type { FigureChange } from "../rows/figures.ts";
import type { Run } from "./client.ts";

/** In the order of their keys: two that write the same ones cannot block each other for good. */
const addFigures = `insert into figures (span, start, kind, bucket, instance, amount)
  select span, start, kind, bucket, $2::uuid, amount from json_to_recordset($1::text::json)
    as given (span integer, start bigint, kind smallint, bucket integer, amount bigint)
    order by span, start, kind, bucket
  on conflict (span, start, kind, bucket, instance)
    do update set amount = figures.amount + excluded.amount`;

export async function writeFigures(
  run: Run,
  instance: string,
  changes: readonly FigureChange[],
): Promise<void> {
  if (changes.length > 0) await run(addFigures, [JSON.stringify(changes), instance]);
}
