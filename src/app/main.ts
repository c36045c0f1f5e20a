#!/usr/bin/env bun
// The program's start: a command in, an exit code out.
import { createLineWriter } from "../adapters/console/terminal.ts";
import { parseCommand } from "./cli/args.ts";
import { runBacktest } from "./cli/backtest.ts";
import { runCheck } from "./cli/check.ts";
import { completionScript } from "./cli/completion.ts";
import { runDemo } from "./cli/demo.ts";
import { runExplain } from "./cli/explain.ts";
import { runInit } from "./cli/init.ts";
import type { CommandIo } from "./cli/io.ts";
import { coloursWelcome } from "./cli/paint.ts";
import { raiseRequestLimit } from "./cli/raise-request-limit.ts";
import { runServe } from "./cli/serve.ts";
import { runToken } from "./cli/token.ts";
import { versionText } from "./version.ts";

const io: CommandIo = {
  env: process.env,
  terminal: process.stderr.isTTY,
  colour: coloursWelcome(process.env, process.stdout.isTTY),
  print: createLineWriter((text) => process.stdout.write(text)),
  complain: createLineWriter((text) => process.stderr.write(text)),
};

/** Text of the program's own, in several lines. */
const linesOf = (text: string): readonly string[] => text.split("\n");

async function main(argv: readonly string[]): Promise<number> {
  const command = parseCommand(argv);
  switch (command.kind) {
    case "serve":
      raiseRequestLimit(io.env);
      return runServe(command, io);
    case "demo":
      raiseRequestLimit(io.env);
      return runDemo(command, io);
    case "check":
      return runCheck(command, io);
    case "explain":
      return runExplain(command, io);
    case "init":
      return runInit(command, io);
    case "backtest":
      return runBacktest(command, io);
    case "completion":
      for (const line of linesOf(completionScript(command.shell))) io.print(line);
      return 0;
    case "token":
      return runToken(command, io);
    case "version":
      io.print(`smolrouter ${versionText()}`);
      return 0;
    case "help":
      for (const line of linesOf(command.text)) io.print(line);
      return 0;
    case "misuse":
      for (const line of linesOf(command.text)) io.complain(line);
      return 2;
  }
}

process.exit(await main(process.argv.slice(2)));
