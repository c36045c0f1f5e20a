// `smolrouter selftest`: what would this configuration do in trouble? Built-in servers stand for the configured ones.
import { loadConfiguration } from "../../adapters/config/load.ts";
import type { Outcome } from "../../domain/selftest/outcome.ts";
import {
  type FaultResult,
  runSelftest,
  type TargetResult,
} from "../usecases/selftest/run-selftest.ts";
import type { SelftestCommand } from "./command.ts";
import type { CommandIo } from "./io.ts";
import { createPaint, type Paint } from "./paint.ts";
import { printProblems } from "./print-problems.ts";
import { tryBuiltIn, wholeAnswer } from "./selftest/built-in-router.ts";
import { selftestFaults } from "./selftest/faults.ts";

/** @returns the exit code: 1 where the configuration has problems, or any answer would have been passed off as whole */
export async function runSelftestCommand(
  { config, json }: SelftestCommand,
  io: CommandIo,
): Promise<number> {
  const loaded = loadConfiguration(io.env, { terminal: io.terminal, config });
  if ("problems" in loaded) {
    if (json) io.print(JSON.stringify({ problems: loaded.problems }));
    else printProblems(loaded.problems, io);
    return 1;
  }
  const targets = await runSelftest(loaded.routing, {
    faults: selftestFaults,
    whole: wholeAnswer,
    tried: ({ routing, call: { question }, fault }) =>
      question === null ? Promise.resolve([]) : tryBuiltIn({ routing, question, fault }),
  });
  if (json) io.print(JSON.stringify(inJson(targets)));
  else for (const line of inWords(targets, createPaint(io.colour))) io.print(line);
  return targets.some(({ faults }) => faults.some(({ outcome }) => outcome === "broken")) ? 1 : 0;
}

function inJson(targets: readonly TargetResult[]): object {
  return {
    targets: targets.map(({ name, says, faults }) => ({
      name,
      ...(faults.length === 0 ? { untried: says } : {}),
      faults: faults.map(({ fault, outcome, waitedMs, remedy }) => ({
        fault,
        outcome,
        waited_ms: Math.round(waitedMs),
        key: remedy?.key ?? null,
      })),
    })),
  };
}

/** ms; shorter waits are not worth a word. */
const shownWaitMs = 5_000;

const outcomeWords: Readonly<Record<Outcome, string>> = {
  rescued: "rescued",
  clean_error: "clean error",
  passed_on: "passed on",
  broken: "broken (part of an answer, passed off as whole)",
};

function inWords(targets: readonly TargetResult[], paint: Paint): readonly string[] {
  const lines = targets.flatMap((target) => [...targetLines(target, paint), ""]);
  const all = targets.flatMap(({ faults }) => faults);
  return [...lines, scoreOf(all, paint)];
}

function targetLines({ name, says, faults }: TargetResult, paint: Paint): readonly string[] {
  if (faults.length === 0) return [`${paint.strong(name)}  ${paint.faint(`not tried: ${says}`)}`];
  const alike = Map.groupBy(faults, (fault) => resultLine(fault, paint));
  return [
    `${paint.strong(name)}  ${scoreOf(faults, paint)}`,
    ...[...alike].map(
      ([result, some]) => `  ${some.map(({ fault }) => fault).join(", ")}: ${result}`,
    ),
  ];
}

function resultLine({ outcome, waitedMs, remedy }: FaultResult, paint: Paint): string {
  const words = outcome === "broken" ? paint.bad(outcomeWords[outcome]) : outcomeWords[outcome];
  const after = waitedMs < shownWaitMs ? "" : ` after ${durationWords(waitedMs)}`;
  const advice = remedy === null ? "" : `; ${paint.strong(remedy.says)} would change that`;
  return `${words}${after}${advice}`;
}

const durationWords = (ms: number) =>
  ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;

function scoreOf(faults: readonly FaultResult[], paint: Paint): string {
  const rescued = faults.filter(({ outcome }) => outcome === "rescued").length;
  const text = `${rescued} of ${faults.length} rescued`;
  return rescued === faults.length ? paint.good(text) : text;
}
