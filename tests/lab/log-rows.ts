// All rows of a router's log, page by page.
import type { LogPage, LogRow } from "../../src/ports/browse.ts";

/** Newest first; whatever has ended is there. */
export async function allRows(url: string): Promise<readonly LogRow[]> {
  const rows: LogRow[] = [];
  for (let before: string | null = ""; before !== null;) {
    const page = await fetch(
      `${url}/api/logs?limit=500${before === "" ? "" : `&before=${before}`}`,
    );
    const { logs, next } = (await page.json()) as LogPage;
    rows.push(...logs);
    before = next;
  }
  return rows;
}

/** Rows by what their path ends with, from the first `?` on: how tests name their calls. */
export async function rowsByQuery(url: string): Promise<ReadonlyMap<string, LogRow>> {
  const rows = await allRows(url);
  return new Map(rows.map((row) => [row.path.slice(row.path.indexOf("?")), row]));
}
