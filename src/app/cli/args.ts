// The command line as a typed value.
import { parseArgs } from "node:util";
import { didYouMean } from "../../domain/config/suggest.ts";
import { parseAddress } from "../../domain/net/address.ts";
import { commandNames, helpText, usageLine } from "./help.ts";
import type { CommandName } from "./help.ts";

export interface ServeCommand {
  readonly kind: "serve";
  readonly port: string | undefined;
  readonly host: string | undefined;
  readonly config: string | undefined;
}

export interface DemoCommand {
  readonly kind: "demo";
  readonly once: boolean;
  readonly port: string | undefined;
}

export interface CheckCommand {
  readonly kind: "check";
  /** In place of ROUTES_CONFIG. */
  readonly file: string | undefined;
}

export interface ExplainCommand {
  readonly kind: "explain";
  readonly model: string;
  readonly source: string;
  readonly path: string;
  readonly config: string | undefined;
}

/** What to do; values of variables' flags are checked with the variables. */
export type Command =
  | ServeCommand
  | DemoCommand
  | CheckCommand
  | ExplainCommand
  | { readonly kind: "version" }
  /** Print it on stdout and exit 0. */
  | { readonly kind: "help"; readonly text: string }
  /** Print it on stderr and exit 2. */
  | { readonly kind: "misuse"; readonly text: string };

const flag = { type: "boolean" } as const;
const help = { type: "boolean", short: "h" } as const;
const value = { type: "string" } as const;
const options = {
  serve: { port: value, host: value, config: value, version: flag, help },
  demo: { once: flag, port: value, help },
  check: { help },
  explain: { model: value, source: value, path: value, config: value, help },
} as const;

/** @param argv what follows the program's name */
export function parseCommand(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  if (first === undefined || first.startsWith("-")) return read("serve", argv);
  const name = commandNames.find((known) => known === first);
  if (name !== undefined) return read(name, rest);
  const hint = didYouMean(first, commandNames);
  return {
    kind: "misuse",
    text: `smolrouter: unknown command "${first}"${hint}\n${usageLine(null)}`,
  };
}

function read(command: CommandName, args: readonly string[]): Command {
  try {
    return readers[command](args);
  } catch (thrown) {
    // node:util refuses by throwing; the first sentence says what, the rest is advice on `--`.
    const message = thrown instanceof TypeError ? (thrown.message.split(/\.\s/)[0] ?? "") : "";
    if (message === "") throw thrown;
    return misuse(command, message);
  }
}

const readers: Readonly<Record<CommandName, (args: readonly string[]) => Command>> = {
  serve(args) {
    const { values } = parseArgs({ args: [...args], options: options.serve });
    if (values.help === true) return { kind: "help", text: helpText("serve") };
    if (values.version === true) return { kind: "version" };
    return { kind: "serve", port: values.port, host: values.host, config: values.config };
  },
  demo(args) {
    const { values } = parseArgs({ args: [...args], options: options.demo });
    if (values.help === true) return { kind: "help", text: helpText("demo") };
    return { kind: "demo", once: values.once ?? false, port: values.port };
  },
  check(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: options.check,
      allowPositionals: true,
    });
    if (values.help === true) return { kind: "help", text: helpText("check") };
    if (positionals.length > 1) return misuse("check", "check takes one file");
    return { kind: "check", file: positionals[0] };
  },
  explain(args) {
    const { values } = parseArgs({ args: [...args], options: options.explain });
    if (values.help === true) return { kind: "help", text: helpText("explain") };
    const { model, source = "127.0.0.1", path = "/v1/chat/completions", config } = values;
    if (model === undefined || model === "") return misuse("explain", "--model is missing");
    if (parseAddress(source) === null)
      return misuse("explain", `--source: "${source}" is no IP address`);
    if (!path.startsWith("/")) return misuse("explain", `--path: "${path}" must begin with /`);
    return { kind: "explain", model, source, path, config };
  },
};

function misuse(command: CommandName, message: string): Command {
  return { kind: "misuse", text: `smolrouter: ${message}\n${usageLine(command)}` };
}
