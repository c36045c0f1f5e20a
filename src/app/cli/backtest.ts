// `smolrouter backtest`: which of the logged requests would a candidate routes file send elsewhere?
import { loadConfiguration } from "../../adapters/config/load.ts";
import {
  type Backtest,
  type BacktestReport,
  createBacktest,
  type Decision,
  type RouteChange,
} from "../../domain/routing/backtest.ts";
import type { LogRow } from "../../ports/browse.ts";
import type { LogReader } from "../../ports/log-reader.ts";
import type { BacktestCommand } from "./command.ts";
import type { CommandIo } from "./io.ts";
import { openToRead, ownLog } from "./open-log.ts";
import { createPaint, type Paint } from "./paint.ts";
import { printProblems } from "./print-problems.ts";

const rowsAtOnce = 500;

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
  const backtest = createBacktest(current.routing, candidate.routing);
  try {
    const { log, close } = await openToRead(ownLog(current.settings));
    try {
      await addRows(backtest, log, since);
    } finally {
      await close();
    }
  } catch (error) {
    io.complain(error instanceof Error ? error.message : String(error));
    return 1;
  }
  const report = backtest.report();
  const sinceTime = since === null ? null : new Date(since).toISOString();
  if (json) io.print(JSON.stringify({ file, since: sinceTime, ...report }));
  else
    for (const line of reportLines(report, file, sinceTime, createPaint(io.colour))) io.print(line);
  return 0;
}

async function addRows(
  backtest: Backtest,
  reader: Pick<LogReader, "list">,
  since: number | null,
): Promise<void> {
  const range = since === null ? {} : { since };
  for (let before: string | null | undefined; before !== null;) {
    const page = await reader.list({
      limit: rowsAtOnce,
      ...range,
      ...(before === undefined ? {} : { before }),
    });
    for (const row of page.logs) backtest.add(loggedCall(row));
    before = page.next;
  }
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

function changeLines({ count, before, after, models, example }: RouteChange, paint: Paint) {
  const shown = models.slice(0, 5).map((model) => model ?? "(no model)");
  const more = models.length > shown.length ? ` and ${models.length - shown.length} more` : "";
  return [
    "",
    `${paint.strong(`${count} ×`)} ${shown.join(", ")}${more}`,
    `    now   ${decisionText(before)}`,
    `    then  ${decisionText(after)}`,
    paint.faint(`    e.g.  ${example}`),
  ];
}

function decisionText({ route, targets }: Decision): string {
  const places = targets.map(({ upstream, model }) =>
    model === null ? upstream : `${upstream}/${model}`,
  );
  return `${route}: ${places.length === 0 ? "nowhere" : places.join(", then ")}`;
}
