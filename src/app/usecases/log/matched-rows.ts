// The rows of one log beside those of another with the same ids, both walked once, newest first.
import type { LogRow } from "../../../ports/browse.ts";
import type { LogReader } from "../../../ports/log-reader.ts";

export interface MatchedRow {
  readonly row: LogRow;
  /** The other log's row of that id; null: it has none. */
  readonly twin: LogRow | null;
}

/** As many as a list gives at most. */
const pageRows = 500;

/** @param since epoch ms; null: all rows */
export async function* matchedRows(
  log: Pick<LogReader, "list">,
  other: Pick<LogReader, "list">,
  since: number | null,
): AsyncGenerator<MatchedRow, void, void> {
  const twins = rowsOf(other, since);
  let twin = await twins.next();
  for await (const row of rowsOf(log, since)) {
    while (twin.done !== true && twin.value.id > row.id) twin = await twins.next();
    yield { row, twin: twin.done !== true && twin.value.id === row.id ? twin.value : null };
  }
}

async function* rowsOf(
  log: Pick<LogReader, "list">,
  since: number | null,
): AsyncGenerator<LogRow, void, void> {
  const range = since === null ? {} : { since };
  for (let before: string | null | undefined; before !== null;) {
    const from = before === undefined ? {} : { before };
    const page = await log.list({ limit: pageRows, ...range, ...from });
    yield* page.logs;
    before = page.next;
  }
}
