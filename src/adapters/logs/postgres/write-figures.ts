// Figures, in the transaction of the rows that they count. Each router has its own: shared ones would
// make routers wait for each other.
import type { FigureChange } from "../rows/figures.ts";
import type { Run } from "./client.ts";

/** In the order of their keys: two that write the same ones cannot block each other for good. */
const addFigures = `insert into figures (span, start, kind, bucket, instance, amount)
  select span, start, kind, bucket, $2::uuid, ${bounded("amount")}
    from json_to_recordset($1::text::json)
      as given (span integer, start bigint, kind smallint, bucket integer, amount numeric)
    order by span, start, kind, bucket
  on conflict (span, start, kind, bucket, instance)
    do update set amount = ${bounded("figures.amount::numeric + excluded.amount")}`;

/** A sum of tokens, as servers report them, may be of any size: no row is refused for it. */
function bounded(sum: string): string {
  return `least(greatest(${sum}, -9223372036854775807), 9223372036854775807)::bigint`;
}

export async function writeFigures(
  run: Run,
  instance: string,
  changes: readonly FigureChange[],
): Promise<void> {
  if (changes.length > 0) await run(addFigures, [JSON.stringify(changes), instance]);
}
