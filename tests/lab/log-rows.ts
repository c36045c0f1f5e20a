// All rows of a router's log, page by page.
import type { LogPage, LogRow } from "../../src/ports/browse.ts";
import { until } from "./live-view.ts";

/** Settles once nothing waits to be written: on a busy machine a page may be shown before that. */
export function whenWritten(url: string): Promise<void> {
  return until(async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return !/^smolrouter_log_queue_rows [1-9]/m.test(metrics);
  });
}

/** Newest first; whatever has ended is there. */
export async function allRows(url: string): Promise<readonly LogRow[]> {
  await whenWritten(url);
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
