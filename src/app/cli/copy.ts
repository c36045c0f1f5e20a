// `smolrouter copy`: the log's rows, bodies and kept answers from one store into another.
import { loadConfiguration } from "../../adapters/config/load.ts";
import { parseDatabaseUrl } from "../../domain/config/database-url.ts";
import type { Settings } from "../../domain/config/settings.ts";
import {
  type AnswerComparison,
  compareAnswers,
  copyAnswers,
} from "../usecases/log/copy-answers.ts";
import { type Comparison, compareLogs, copyLog } from "../usecases/log/copy-log.ts";
import type { CopyCommand } from "./command.ts";
import type { CommandIo } from "./io.ts";
import { askBucket, type LogEnd, openToCopyInto, openToRead, shownEnd } from "./open-log.ts";
import { printProblems } from "./print-problems.ts";

/** ms between two lines about how far it is. */
const betweenLinesMs = 5_000;
/** A row that is about to be too old is not worth copying: it may be gone when it is compared. */
const oldestMarginMs = 3_600_000;

/**
 * @param now epoch ms
 * @returns the exit code: 1 where something could not be copied, or differs in the end
 */
export async function runCopy(
  command: CopyCommand,
  io: CommandIo,
  now: number = Date.now(),
): Promise<number> {
  const loaded = loadConfiguration(io.env, { terminal: io.terminal });
  if ("problems" in loaded) {
    printProblems(loaded.problems, io);
    return 1;
  }
  const { settings } = loaded;
  const from = endOf(command.from, command.fromBlobs, settings);
  const to = endOf(command.to, command.toBlobs, settings);
  for (const end of [from, to])
    if ("problem" in end) {
      io.complain(end.problem);
      return 1;
    }
  if ("problem" in from || "problem" in to) return 1;
  if (shownEnd(from) === shownEnd(to)) {
    io.complain(`${shownEnd(from)} is both: say where to copy it to`);
    return 1;
  }
  try {
    return await copy(from, to, sinceOf(command, to, settings, now), now, io);
  } catch (error) {
    io.complain(error instanceof Error ? error.message : String(error));
    io.complain("Start the same command again: it continues where it was stopped.");
    return 1;
  }
}

async function copy(
  from: LogEnd,
  to: LogEnd,
  since: number | null,
  now: number,
  io: CommandIo,
): Promise<number> {
  for (const end of [from, to]) await askBucket(end);
  const source = await openToRead(from);
  try {
    const target = await openToCopyInto(to, now);
    try {
      let nextLineAt = performance.now() + betweenLinesMs;
      const both = { source: source.log, target: target.log, since };
      const { seen, copied, inFlight, lostBodies } = await copyLog({
        ...both,
        progress(sofar) {
          if (performance.now() < nextLineAt) return;
          nextLineAt = performance.now() + betweenLinesMs;
          io.complain(`${rows(sofar.copied)} copied, of ${number(sofar.seen)} looked at`);
        },
      });
      io.print(
        `${rows(copied)} copied from ${shownEnd(from)} to ${shownEnd(to)}; ${number(seen - copied - inFlight)} were there already`,
      );
      if (inFlight > 0) io.print(`${rows(inFlight)} left out: their calls have not ended`);
      if (lostBodies > 0) io.print(`${number(lostBodies)} bodies could not be stored`);
      const kept = { source: source.log.answers, target: target.log.answers, since };
      const answers = await copyAnswers(kept);
      if (answers.seen > 0)
        io.print(
          `${counted(answers.copied, "answer")} that requests may refer to copied; ${number(answers.seen - answers.copied)} were there already`,
        );
      const isSame = printComparison(await compareLogs(both), io);
      const areSame = answers.seen === 0 || printAnswers(await compareAnswers(kept), io);
      return isSame && areSame && lostBodies === 0 ? 0 : 1;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

function printComparison({ states, differing }: Comparison, io: CommandIo): boolean {
  for (const [state, { source, target }] of Object.entries(states))
    io.print(`${state.padEnd(11)} ${number(source)} there, ${number(target)} here and the same`);
  return printDiffering(differing, io);
}

function printAnswers({ source, target, differing }: AnswerComparison, io: CommandIo): boolean {
  io.print(`${"answers".padEnd(11)} ${number(source)} there, ${number(target)} here and the same`);
  return printDiffering(differing, io);
}

function printDiffering(ids: readonly string[], io: CommandIo): boolean {
  if (ids.length > 0) io.print(`These differ, or are missing: ${ids.join(", ")}`);
  return ids.length === 0;
}

function endOf(
  text: string,
  blobs: string | undefined,
  settings: Settings,
): LogEnd | { readonly problem: string } {
  const { inlineLimit, maxTotalSize, path: folder, s3 } = settings.blobs;
  const { maxLogAgeMs } = settings;
  const inBucket = blobs === undefined ? s3 !== null : blobs === "s3";
  if (inBucket && s3 === null)
    return { problem: "s3 needs BLOB_STORAGE_TYPE=s3 and the variables that go with it" };
  const ofUrl = (database: NonNullable<Settings["database"]>): LogEnd => ({
    kind: "postgres",
    database,
    s3: inBucket ? s3 : null,
    inlineLimit,
    maxLogAgeMs,
  });
  if (text === "DATABASE_URL")
    return settings.database === null
      ? { problem: "DATABASE_URL is not set" }
      : ofUrl(settings.database);
  if (/^postgres(?:ql)?:/i.test(text)) {
    const database = parseDatabaseUrl(text);
    return "problem" in database
      ? { problem: `the database's URL ${database.problem}` }
      : ofUrl(database);
  }
  const kept = { inlineLimit, maxTotalSize, spoolMaxSize: settings.spoolMaxSize };
  return {
    kind: "sqlite",
    path: text === "DB_PATH" ? settings.dbPath : text,
    blobs: inBucket
      ? { ...kept, type: "s3", path: folder, s3 }
      : { ...kept, type: "filesystem", path: blobs ?? folder },
  };
}

/** A database hides what is too old; there is nothing to be gained by taking it there. */
function sinceOf(
  { sinceMs }: CopyCommand,
  to: LogEnd,
  { maxLogAgeMs }: Settings,
  now: number,
): number | null {
  const asked = sinceMs === null ? null : now - sinceMs;
  if (to.kind === "sqlite" || maxLogAgeMs === null) return asked;
  return Math.max(asked ?? 0, now - maxLogAgeMs + oldestMarginMs);
}

function rows(count: number): string {
  return counted(count, "row");
}

function counted(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? "" : "s"}`;
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}
