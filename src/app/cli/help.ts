// What `--help` and usage lines say; the table of variables is the one that parsing reads.
import { variableRows } from "../../adapters/config/variables.ts";

export type CommandName = "serve" | "demo" | "check" | "explain";

interface FlagHelp {
  readonly flag: string;
  readonly meaning: string;
}

interface CommandHelp {
  readonly usage: string;
  readonly summary: string;
  readonly flags: readonly FlagHelp[];
}

const help: FlagHelp = { flag: "--help", meaning: "show this" };
const port: FlagHelp = { flag: "--port PORT", meaning: "in place of LISTEN_PORT" };
const host: FlagHelp = { flag: "--host HOST", meaning: "in place of LISTEN_HOST" };
const config: FlagHelp = { flag: "--config FILE", meaning: "in place of ROUTES_CONFIG" };

const commands: Readonly<Record<CommandName, CommandHelp>> = {
  serve: {
    usage: "smolrouter [serve] [--port PORT] [--host HOST] [--config FILE]",
    summary: "start the router (the default command)",
    flags: [port, host, config, help],
  },
  demo: {
    usage: "smolrouter demo [--once] [--port PORT]",
    summary:
      "start two built-in model servers and a router in front of them, and send real requests",
    flags: [{ flag: "--once", meaning: "exit when done; 0 only if all of it worked" }, port, help],
  },
  check: {
    usage: "smolrouter check [FILE]",
    summary: "check environment and routes file, and print every problem",
    flags: [help],
  },
  explain: {
    usage: "smolrouter explain --model MODEL [--source IP] [--path PATH] [--config FILE]",
    summary: "say where a request would go and why, without calling any server",
    flags: [
      { flag: "--model MODEL", meaning: "the model the request asks for" },
      { flag: "--source IP", meaning: "the client's address (default 127.0.0.1)" },
      { flag: "--path PATH", meaning: "the request's path (default /v1/chat/completions)" },
      config,
      help,
    ],
  },
};

export const commandNames: readonly CommandName[] = ["serve", "demo", "check", "explain"];

/** The line that unknown flags are answered with. */
export function usageLine(command: CommandName | null): string {
  return command === null
    ? `usage: smolrouter [${commandNames.join("|")}] [--help] [--version]`
    : `usage: ${commands[command].usage}`;
}

/** The help of one command; of `serve`, the default, with all commands and variables. */
export function helpText(command: CommandName): string {
  const { summary, flags } = commands[command];
  const lines = [
    usageLine(command),
    "",
    sentence(summary),
    "",
    "Flags:",
    ...columns(flags.map(({ flag, meaning }) => [flag, meaning])),
  ];
  if (command !== "serve") return lines.join("\n");
  return [
    ...lines,
    ...columns([["--version", "print the version"]]),
    "",
    "Commands (each has --help):",
    ...columns(commandNames.map((name) => [name, commands[name].summary])),
    "",
    "Environment:",
    ...variableRows().flatMap(({ name, default: value, meaning }) => [
      `  ${name} (${value === null ? "unset" : `default ${value}`})`,
      ...wrapped(meaning.replaceAll("`", ""), 72).map((line) => `      ${line}`),
    ]),
  ].join("\n");
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

function columns(rows: readonly (readonly [left: string, right: string])[]): readonly string[] {
  return rows.map(([left, right]) => `  ${left.padEnd(14)}  ${right}`);
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
