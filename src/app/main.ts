#!/usr/bin/env bun
// The program's start: a command in, an exit code out. Serving is loaded at once; what other commands
// need is loaded by them, so that a router does not hold it in memory.
import { createTerminalWriter } from "../adapters/console/terminal.ts";
import { parseCommand } from "./cli/args.ts";
import type { CommandIo } from "./cli/io.ts";
import { coloursWelcome } from "./cli/paint.ts";
import { applyRuntimeSettings } from "./cli/runtime-settings.ts";
import { runServe } from "./cli/serve.ts";
import { startedAs } from "./cli/started-as.ts";
import { versionText } from "./version.ts";

const io: CommandIo = {
  env: process.env,
  terminal: process.stderr.isTTY,
  colour: coloursWelcome(process.env, process.stdout.isTTY),
  startedAs: startedAs({
    script: process.argv[1],
    program: process.execPath,
    runtime: Bun.version,
    folder: process.cwd(),
    env: process.env,
  }),
  print: createTerminalWriter((text) => process.stdout.write(text)),
  complain: createTerminalWriter((text) => process.stderr.write(text)),
};

/** Text of the program's own, in several lines. */
const linesOf = (text: string): readonly string[] => text.split("\n");

async function main(argv: readonly string[]): Promise<number> {
  const command = parseCommand(argv);
  switch (command.kind) {
    case "serve":
      return (await applyRuntimeSettings(io.env)) ?? runServe(command, io);
    case "demo":
      return (
        (await applyRuntimeSettings(io.env)) ?? (await import("./cli/demo.ts")).runDemo(command, io)
      );
    case "check":
      return (await import("./cli/check.ts")).runCheck(command, io);
    case "explain":
      return (await import("./cli/explain.ts")).runExplain(command, io);
    case "selftest":
      return (await import("./cli/selftest.ts")).runSelftestCommand(command, io);
    case "init":
      return (await import("./cli/init.ts")).runInit(command, io);
    case "backtest":
      return (await import("./cli/backtest.ts")).runBacktest(command, io);
    case "copy":
      return (await import("./cli/copy.ts")).runCopy(command, io);
    case "completion": {
      const { completionScript } = await import("./cli/completion.ts");
      for (const line of linesOf(completionScript(command.shell))) io.print(line);
      return 0;
    }
    case "token":
      return (await import("./cli/token.ts")).runToken(command, io);
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
