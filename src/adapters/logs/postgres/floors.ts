// From when on rows and bodies count as there: older ones are not read any longer, though their
// partition may still stand.
import type { Run } from "./client.ts";

export interface Floors {
  /** Epoch ms; 0: all are there. Of a row's timestamp. */
  readonly rows: number;
  /** Likewise, of the timestamp of the row whose bodies they are. */
  readonly bodies: number;
}

const names = { rows: "rows_before", bodies: "bodies_before" } as const;

export async function readFloors(run: Run): Promise<Floors> {
  const rows = await run<{ name: string; value: string }>(
    "select name, value from meta where name in ($1, $2)",
    [names.rows, names.bodies],
  );
  const floor = (name: string) => Number(rows.find((row) => row.name === name)?.value ?? 0);
  const before = floor(names.rows);
  return { rows: before, bodies: Math.max(before, floor(names.bodies)) };
}

/** They never sink: what was hidden once may be gone. @param before epoch ms; null: as it is */
export async function raiseFloors(
  run: Run,
  before: { readonly rows: number | null; readonly bodies: number | null },
): Promise<void> {
  for (const kind of ["rows", "bodies"] as const) {
    const floor = before[kind];
    if (floor === null) continue;
    await run(
      `insert into meta (name, value) values ($1, $2) on conflict (name) do update
        set value = excluded.value where meta.value::bigint < excluded.value::bigint`,
      [names[kind], String(Math.floor(floor))],
    );
  }
}
