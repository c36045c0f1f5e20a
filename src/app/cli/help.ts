// What `--help` and usage lines say; the table of variables is the one that parsing reads.
import { variableRows } from "../../adapters/config/variables.ts";

export const commandNames = [
  "serve",
  "init",
  "demo",
  "check",
  "explain",
  "selftest",
  "backtest",
  "copy",
  "token",
  "completion",
] as const;

export type CommandName = (typeof commandNames)[number];

/** What `completion` knows to write for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

interface FlagHelp {
  readonly flag: string;
  readonly meaning: string;
}

interface CommandHelp {
  readonly usage: string;
  readonly summary: string;
  readonly flags: readonly FlagHelp[];
  /** What its argument is, for the shell's completion. */
  readonly argument?: "file" | "shell";
  /** Lines that can be run as they are. */
  readonly examples?: readonly string[];
}

const help: FlagHelp = { flag: "--help", meaning: "show this" };
const port: FlagHelp = { flag: "--port PORT", meaning: "in place of LISTEN_PORT" };
const host: FlagHelp = { flag: "--host HOST", meaning: "in place of LISTEN_HOST" };
const config: FlagHelp = { flag: "--config FILE", meaning: "in place of ROUTES_CONFIG" };
const json: FlagHelp = { flag: "--json", meaning: "print JSON, for programs" };

const commands: Readonly<Record<CommandName, CommandHelp>> = {
  serve: {
    usage: "smolrouter [serve] [--port PORT] [--host HOST] [--config FILE]",
    summary: "start the router (the default command)",
    flags: [port, host, config, help],
    examples: ["smolrouter --port 8080", "DEFAULT_UPSTREAM=http://10.0.0.9:8000 smolrouter"],
  },
  init: {
    usage: "smolrouter init [--config FILE] [--force]",
    summary: "look for model servers on this machine and write a routes file to begin with",
    flags: [
      { flag: "--config FILE", meaning: "where to write, in place of ROUTES_CONFIG" },
      { flag: "--force", meaning: "replace an existing file" },
      help,
    ],
  },
  demo: {
    usage: "smolrouter demo [--once] [--port PORT]",
    summary:
      "start two built-in model servers and a router in front of them, on the next free port where its own is taken, and send real requests",
    flags: [{ flag: "--once", meaning: "exit when done; 0 only if all of it worked" }, port, help],
  },
  check: {
    usage: "smolrouter check [FILE] [--json]",
    summary:
      "check environment and routes file, try the bucket where bodies go to S3, and print every problem",
    flags: [config, json, help],
    argument: "file",
    examples: [
      "smolrouter check",
      "smolrouter check new-routes.yaml && mv new-routes.yaml routes.yaml",
    ],
  },
  explain: {
    usage:
      "smolrouter explain MODEL [--source IP] [--path PATH] [--user NAME] [--header 'NAME: VALUE'] [--config FILE] [--json]",
    summary:
      "say where a request would go and why, without calling any server; a router running on this machine is asked which servers are cooling down, how busy they are, and which models they list and have loaded",
    flags: [
      { flag: "--model MODEL", meaning: "the model the request asks for, in place of MODEL" },
      { flag: "--source IP", meaning: "the client's address (default 127.0.0.1)" },
      { flag: "--path PATH", meaning: "the request's path (default /v1/chat/completions)" },
      { flag: "--user NAME", meaning: "the `sub` of the client's token" },
      { flag: "--header 'NAME: VALUE'", meaning: "a header of the request; may be repeated" },
      config,
      json,
      help,
    ],
    examples: ["smolrouter explain gpt-4 --source 10.0.1.7"],
  },
  selftest: {
    usage: "smolrouter selftest [--config FILE] [--json]",
    summary:
      "say what each alias, rule and the default upstream would do in trouble, and which key would change it; built-in servers with eighteen faults stand for the configured ones, which are never called. Exits with 1 if any answer would have been passed off as whole",
    flags: [config, json, help],
    examples: ["smolrouter selftest", "smolrouter selftest --config new-routes.yaml --json"],
  },
  backtest: {
    usage: "smolrouter backtest FILE [--since 7d] [--config FILE] [--json]",
    summary: "say which of the logged requests another routes file would send elsewhere",
    flags: [
      { flag: "--since TIME", meaning: "how far back: 7d (the default), 12h, 90m, or all" },
      { flag: "--config FILE", meaning: "what to compare with, in place of ROUTES_CONFIG" },
      json,
      help,
    ],
    argument: "file",
    examples: ["smolrouter backtest new-routes.yaml --since 30d"],
  },
  copy: {
    usage: "smolrouter copy FROM TO [--since 7d] [--from-blobs PLACE] [--to-blobs PLACE]",
    summary:
      "copy the log, rows, bodies and kept answers, from one store to another: SQLite files and PostgreSQL databases; one that was stopped continues, and what was copied is compared",
    flags: [
      { flag: "--since TIME", meaning: "how far back: 7d, 12h, 90m, or all (the default)" },
      {
        flag: "--from-blobs PLACE",
        meaning:
          "where FROM keeps larger bodies: a folder, or `s3` for the bucket of the S3 variables; in place of BLOB_STORAGE_TYPE and BLOB_STORAGE_PATH",
      },
      { flag: "--to-blobs PLACE", meaning: "likewise for TO" },
      help,
    ],
    argument: "file",
    examples: [
      "smolrouter copy requests.db DATABASE_URL   # the database that the variable names",
      "smolrouter copy DATABASE_URL backup.db --to-blobs backup-blobs",
    ],
  },
  token: {
    usage: "smolrouter token --sub NAME [--expires 30d]",
    summary: "print a token signed with JWT_SECRET, for clients and for signing in",
    flags: [
      {
        flag: "--sub NAME",
        meaning: "whose token it is; shown in the log, and matched by `user` rules",
      },
      {
        flag: "--expires TIME",
        meaning: "how long it is valid: 30d, 12h, 90m, 60s (default: no expiry)",
      },
      help,
    ],
  },
  completion: {
    usage: "smolrouter completion bash|zsh|fish",
    summary: "print a script that completes commands and flags in your shell",
    flags: [help],
    argument: "shell",
    examples: [
      "source <(smolrouter completion bash)",
      "smolrouter completion zsh > ~/.zfunc/_smolrouter   # a folder of $fpath",
      "smolrouter completion fish > ~/.config/fish/completions/smolrouter.fish",
    ],
  },
};

/** What a shell's completion has to know. */
export const commandTable: Readonly<Record<CommandName, CommandHelp>> = commands;

/** The line that unknown flags are answered with. */
export function usageLine(command: CommandName | null): string {
  return command === null
    ? `usage: smolrouter [${commandNames.join("|")}] [--help] [--version]`
    : `usage: ${commands[command].usage}`;
}

/** The help of one command; of `serve`, the default, with all commands and variables. */
export function helpText(command: CommandName): string {
  const { summary, flags, examples = [] } = commands[command];
  const lines = [
    usageLine(command),
    "",
    sentence(summary),
    "",
    "Flags:",
    ...columns(flags.map(({ flag, meaning }) => [flag, meaning])),
    ...(command === "serve" ? columns([["--version", "print the version"]]) : []),
    ...(examples.length === 0 ? [] : ["", "Examples:", ...examples.map((line) => `  ${line}`)]),
  ];
  if (command !== "serve") return lines.join("\n");
  return [
    ...lines,
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
  const width = Math.max(14, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
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
