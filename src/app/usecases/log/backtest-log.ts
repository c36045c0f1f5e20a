// Decides what is logged again by another routing: for the command `backtest` and the page that tries a change.
import {
  type Backtest,
  type BacktestReport,
  createBacktest,
} from "../../../domain/routing/backtest.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { LogRow } from "../../../ports/browse.ts";
import type { LogReader } from "../../../ports/log-reader.ts";

const rowsAtOnce = 500;

export interface LogToTest {
  readonly reader: Pick<LogReader, "list">;
  readonly current: Routing;
  readonly candidate: Routing;
  /** Epoch ms; null: all that is logged. */
  readonly since: number | null;
  /** Calls to test, the newest; absent: all. */
  readonly most?: number;
}

/**
 * @returns what would change, and whether there were more calls than `most`
 * Rejects where the log cannot be read.
 */
export async function backtestLog({
  reader,
  current,
  candidate,
  since,
  most = Infinity,
}: LogToTest): Promise<{ readonly report: BacktestReport; readonly isCut: boolean }> {
  const backtest = createBacktest(current, candidate);
  const range = since === null ? {} : { since };
  let left = most;
  let before: string | null | undefined;
  while (before !== null && left > 0) {
    const page = await reader.list({
      limit: Math.min(rowsAtOnce, left),
      ...range,
      ...(before === undefined ? {} : { before }),
    });
    for (const row of page.logs) backtest.add(loggedCall(row));
    left -= page.logs.length;
    before = page.next;
  }
  return { report: backtest.report(), isCut: before !== null };
}

function loggedCall(row: LogRow): Parameters<Backtest["add"]>[0] {
  return {
    id: row.id,
    model: row.original_model,
    sourceIp: row.source_ip,
    path: row.path.split("?", 1)[0] ?? row.path,
    user: row.auth_user,
    headers: row.request_headers,
    route: row.route,
    attempts: row.attempts.map(({ upstream, upstream_url: url, model }) => ({
      upstream,
      url,
      model,
    })),
  };
}
