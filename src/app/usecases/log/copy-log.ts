// Copies a log from one store to another, the newest rows first. What the target has already is left as
// it is, so a copy that was stopped continues by itself when it is started again.
import type { LogState } from "../../../domain/log/log-entry.ts";
import type { LogDetail, LogRow } from "../../../ports/browse.ts";
import type { CopySource, CopyTarget } from "../../../ports/log-copy.ts";
import { matchedRows } from "./matched-rows.ts";

export interface CopyProgress {
  /** Rows of the source that have been looked at. */
  readonly seen: number;
  readonly copied: number;
}

export interface CopyReport extends CopyProgress {
  /** Calls that have not ended in the source; they are not copied. */
  readonly inFlight: number;
  /** Bodies that the target could not store. */
  readonly lostBodies: number;
}

export interface CopyOptions {
  readonly source: CopySource;
  readonly target: CopyTarget;
  /** Epoch ms; null: all rows. */
  readonly since: number | null;
  readonly progress: (progress: CopyProgress) => void;
}

/** Rows of a batch: a transaction of the target. */
const batchRows = 200;
/** Characters of bodies of a batch, roughly: they are held in memory. */
const batchSize = 16 * 1024 * 1024;
/** Rows whose bodies are read at a time. */
const readAtOnce = 4;

/** @throws what a store throws; what was copied until then stays */
export async function copyLog({
  source,
  target,
  since,
  progress,
}: CopyOptions): Promise<CopyReport> {
  let [seen, copied, inFlight, lostBodies, size] = [0, 0, 0, 0, 0];
  let batch: LogDetail[] = [];
  let wanted: string[] = [];

  async function read(): Promise<void> {
    const details = await Promise.all(wanted.map((id) => source.get(id)));
    wanted = [];
    for (const detail of details) {
      // Retention may have taken it since the list was read.
      if (detail === null) continue;
      batch.push(detail);
      size += bodySize(detail);
    }
  }

  async function write(): Promise<void> {
    if (batch.length === 0) return;
    lostBodies += await target.write(batch);
    copied += batch.length;
    [batch, size] = [[], 0];
    progress({ seen, copied });
  }

  for await (const { row, twin } of matchedRows(source, target, since)) {
    seen++;
    if (row.state === "inflight") inFlight++;
    else if (twin === null) wanted.push(row.id);
    if (wanted.length === readAtOnce) await read();
    if (batch.length >= batchRows || size >= batchSize) await write();
  }
  await read();
  await write();
  return { seen, copied, inFlight, lostBodies };
}

function bodySize(detail: LogDetail): number {
  const { request_body: asked, response_body: answered, response_body_clean: clean } = detail;
  return (asked?.length ?? 0) + (answered?.length ?? 0) + (clean?.length ?? 0);
}

export interface Comparison {
  /** Ended rows by their state: how many the source has, and how many of those the target has alike. */
  readonly states: Readonly<Partial<Record<LogState, { source: number; target: number }>>>;
  /** Ids of rows that the target lacks or has otherwise, the first few. */
  readonly differing: readonly string[];
}

const shownDiffering = 5;

/** Compares what a copy should have made equal, row by row. */
export async function compareLogs({
  source,
  target,
  since,
}: Pick<CopyOptions, "source" | "target" | "since">): Promise<Comparison> {
  const states: Partial<Record<LogState, { source: number; target: number }>> = {};
  const differing: string[] = [];
  for await (const { row, twin } of matchedRows(source, target, since)) {
    if (row.state === "inflight") continue;
    const count = (states[row.state] ??= { source: 0, target: 0 });
    count.source++;
    if (twin !== null && isSame(row, twin)) count.target++;
    else if (differing.length < shownDiffering) differing.push(row.id);
  }
  return { states, differing };
}

function isSame(row: LogRow, twin: LogRow): boolean {
  return JSON.stringify(row) === JSON.stringify(twin);
}
