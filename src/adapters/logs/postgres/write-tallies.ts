// Tallies and their cells, in the transaction of the rows that they count. Each router has its own: shared
// ones would make routers wait for each other.
import { sumColumns, type TallyBatch, type TallyChange } from "../rows/tally.ts";
import { cellColumns } from "../rows/tally-cells.ts";
import { type Times, timesAsNumbers } from "../rows/tally-times.ts";
import { createCellBook, type FoldedTallies, type NeededCell } from "./cell-book.ts";
import type { Run } from "./client.ts";
import { safeText } from "./safe-text.ts";
import { createValues, type Values } from "./statement-values.ts";

const timeColumns = ["durations", "ttfts"] as const;
const columns = ["span", "start", "cell", "instance", ...sumColumns, ...timeColumns].join(", ");

/** Numbers of times that are left one behind the other; with more, those of one bucket become one. */
const mostNumbers = 128;

/** See tally-times.ts. */
function mergedTimes(column: (typeof timeColumns)[number]): string {
  const both = `tallies.${column} || excluded.${column}`;
  return `${column} = case
    when cardinality(excluded.${column}) = 0 then tallies.${column}
    when cardinality(tallies.${column}) + cardinality(excluded.${column}) <= ${mostNumbers} then ${both}
    else array(select (bucket << 32) + sum(number - (bucket << 32))::bigint
      from (select number, (number + 2147483648) >> 32 as bucket from unnest(${both}) as number) as numbers
      group by bucket having sum(number - (bucket << 32)) <> 0) end`;
}

/** Sums of tokens and costs may be of any size: no row is refused for it. */
function bounded(sum: string): string {
  return `least(greatest(${sum}, -9e18), 9e18)::bigint`;
}

const changes = [
  ...sumColumns.map(
    (column) =>
      `${column} = ${bounded(`tallies.${column}::double precision + excluded.${column}::double precision`)}`,
  ),
  ...timeColumns.map(mergedTimes),
].join(", ");

/**
 * The parts of a statement, behind `with`, that add them up, in the order of their keys: two that write
 * the same ones cannot block each other for good. Cells are shared, but written once a day each.
 * @param and joined to what is given; where it has no row, nothing is written
 */
export function talliesParts(
  values: Values,
  instance: string,
  { changes: given, cells }: FoldedTallies,
  and = "",
): readonly string[] {
  if (given.length === 0) return [];
  // A list a column: JSON would take the server three times as long.
  const list = (type: string, of: (change: TallyChange) => string | number) =>
    `${values.add(`{${given.map(of).join(",")}}`, "text")}::${type}[]`;
  const times = (of: (change: TallyChange) => Times) =>
    list("text", (change) => `"{${timesAsNumbers(of(change)).join(",")}}"`);
  const lists = [
    list("integer", ({ span }) => span),
    list("bigint", ({ start }) => start),
    list("uuid", ({ key }) => key),
    ...sumColumns.map((column) => list("double precision", (change) => change[column])),
    times(({ durations }) => durations),
    times(({ ttfts }) => ttfts),
  ];
  const parts = [
    `tallied as (insert into tallies (${columns})
      select span, start, cell, ${values.add(instance, "uuid")},
        ${sumColumns.map((column) => bounded(column)).join(", ")},
        ${timeColumns.map((column) => `${column}::bigint[]`).join(", ")}
        from unnest(${lists.join(", ")})
          as given (span, start, cell, ${[...sumColumns, ...timeColumns].join(", ")})${and}
        order by span, start, cell
      on conflict (span, start, cell, instance) do update set ${changes})`,
  ];
  if (cells.length > 0) parts.unshift(cellsPart(values, cells, and));
  return parts;
}

const cellTypes = `key uuid, service_type text, original_model text, mapped_model text, upstream text,
  who text, client text, state text, status_code integer, folded smallint, used_on integer`;

/** One that is there, and was used on that day, is not touched: routers would wait for each other. */
function cellsPart(values: Values, cells: readonly NeededCell[], and: string): string {
  const given = cells.map(({ key, cell, usedOn }) => ({
    key,
    used_on: usedOn,
    ...Object.fromEntries(
      cellColumns.map((column) => {
        const value = cell[column];
        return [column, typeof value === "string" ? safeText(value) : value];
      }),
    ),
  }));
  const names = ["key", ...cellColumns, "used_on"].join(", ");
  return `celled as (insert into cells (${names})
    select ${names} from json_to_recordset(${values.add(JSON.stringify(given), "text")}::json)
        as given (${cellTypes})${and}
      where not exists (select from cells known
        where known.key = given.key and known.used_on >= given.used_on)
      order by key
    on conflict (key) do update set used_on = greatest(cells.used_on, excluded.used_on))`;
}

/** Adds them up within a transaction. */
export async function writeTallies(run: Run, instance: string, batch: TallyBatch): Promise<void> {
  const tallies = await createCellBook().fold(run, batch.changes());
  const values = createValues();
  const parts = talliesParts(values, instance, tallies);
  if (parts.length > 0)
    await run(`with ${parts.join(",\n    ")} select`, values.all, values.bytes());
}
