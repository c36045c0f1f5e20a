// Figures, in the transaction of the rows that they count. Each router has its own: shared ones would
// make routers wait for each other.
import type { FigureChange } from "../rows/figures.ts";
import type { Run } from "./client.ts";
import { createValues, type Values } from "./statement-values.ts";

/**
 * The statement that adds them up, in the order of their keys: two that write the same ones cannot block
 * each other for good.
 * @param and joined to what is given; where it has no row, nothing is written
 */
export function figuresInsertion(
  values: Values,
  instance: string,
  changes: readonly FigureChange[],
  and = "",
): string {
  return `insert into figures (span, start, kind, bucket, instance, amount)
    select span, start, kind, bucket, ${values.add(instance, "uuid")}, ${bounded("amount")}
      from json_to_recordset(${values.add(JSON.stringify(changes), "text")}::json)
        as given (span integer, start bigint, kind smallint, bucket integer, amount numeric)${and}
      order by span, start, kind, bucket
    on conflict (span, start, kind, bucket, instance)
      do update set amount = ${bounded("figures.amount::numeric + excluded.amount")}`;
}

/** A sum of tokens, as servers report them, may be of any size: no row is refused for it. */
function bounded(sum: string): string {
  return `least(greatest(${sum}, -9223372036854775807), 9223372036854775807)::bigint`;
}

export async function writeFigures(
  run: Run,
  instance: string,
  changes: readonly FigureChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const values = createValues();
  await run(figuresInsertion(values, instance, changes), values.all);
}
