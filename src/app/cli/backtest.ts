// `smolrouter backtest`: which of the logged requests would a candidate routes file send elsewhere?
import { loadConfiguration } from "../../adapters/config/load.ts";
import {
  type BacktestReport,
  changeInWords,
  type RouteChange,
} from "../../domain/routing/backtest.ts";
import { backtestLog } from "../usecases/log/backtest-log.ts";
import type { BacktestCommand } from "./command.ts";
import type { CommandIo } from "./io.ts";
import { openToRead, ownLog } from "./open-log.ts";
import { createPaint, type Paint } from "./paint.ts";
import { printProblems } from "./print-problems.ts";

/**
 * Reads the log of DATABASE_URL or DB_PATH; a running router is not disturbed.
 * @param now epoch ms
 * @returns the exit code: 1 where a configuration has problems or there is no log to read
 */
export async function runBacktest(
  { file, sinceMs, config, json }: BacktestCommand,
  io: CommandIo,
  now: number = Date.now(),
): Promise<number> {
  const current = loadConfiguration(io.env, { terminal: io.terminal, config });
  const candidate = loadConfiguration(io.env, { terminal: io.terminal, config: file });
  if ("problems" in current || "problems" in candidate) {
    const faulty = "problems" in candidate ? candidate : current;
    if ("problems" in faulty) printProblems(faulty.problems, io);
    return 1;
  }
  const since = sinceMs === null ? null : now - sinceMs;
  let report: BacktestReport;
  try {
    const { log, close } = await openToRead(ownLog(current.settings));
    try {
      const routings = { current: current.routing, candidate: candidate.routing };
      ({ report } = await backtestLog({ reader: log, ...routings, since }));
    } finally {
      await close();
    }
  } catch (error) {
    io.complain(error instanceof Error ? error.message : String(error));
    return 1;
  }
  const sinceTime = since === null ? null : new Date(since).toISOString();
  if (json) io.print(JSON.stringify({ file, since: sinceTime, ...report }));
  else
    for (const line of reportLines(report, file, sinceTime, createPaint(io.colour))) io.print(line);
  return 0;
}

function reportLines(
  { calls, unchanged, changed, unrouted, changes }: BacktestReport,
  file: string,
  since: string | null,
  paint: Paint,
): readonly string[] {
  const from = since === null ? "all that is logged" : `since ${since}`;
  const lines = [
    `${calls} requests (${from}) under ${file}: ${unchanged} go where they went, ${paint.strong(`${changed} would change`)}`,
  ];
  if (unrouted > 0)
    lines.push(`${unrouted} were refused before they were routed; they are left out`);
  return [...lines, ...changes.flatMap((change) => changeLines(change, paint))];
}

function changeLines(change: RouteChange, paint: Paint) {
  const { count, models, example } = change;
  const { went, wouldGo } = changeInWords(change);
  const shown = models.slice(0, 5).map((model) => model ?? "(no model)");
  const more = models.length > shown.length ? ` and ${models.length - shown.length} more` : "";
  return [
    "",
    `${paint.strong(`${count} ×`)} ${shown.join(", ")}${more}`,
    `    went      ${went}`,
    `    would go  ${wouldGo}`,
    paint.faint(`    e.g.      ${example}`),
  ];
}
