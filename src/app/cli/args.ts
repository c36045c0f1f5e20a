// Reads the command line.
import { parseArgs } from "node:util";
import { didYouMean } from "../../domain/config/suggest.ts";
import { parseAddress } from "../../domain/net/address.ts";
import type { Command } from "./command.ts";
import { type CommandName, commandNames, helpText, shells, usageLine } from "./help.ts";

const flag = { type: "boolean" } as const;
const help = { type: "boolean", short: "h" } as const;
const value = { type: "string" } as const;
const options = {
  serve: { port: value, host: value, config: value, version: flag, help },
  demo: { once: flag, port: value, help },
  check: { config: value, json: flag, help },
  explain: {
    model: value,
    source: value,
    path: value,
    user: value,
    header: { type: "string", multiple: true },
    config: value,
    json: flag,
    help,
  },
  selftest: { config: value, json: flag, help },
  init: { config: value, force: flag, help },
  backtest: { since: value, config: value, json: flag, help },
  copy: { since: value, "from-blobs": value, "to-blobs": value, help },
  completion: { help },
  token: { sub: value, expires: value, help },
} as const;

/** @param argv what follows the program's name */
export function parseCommand(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  if (first === undefined || first.startsWith("-")) return read("serve", argv);
  if (first === "help") return parseCommand([...rest.slice(0, 1), "--help"]);
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
    const files = [...positionals, ...(values.config === undefined ? [] : [values.config])];
    if (files.length > 1) return misuse("check", "check takes one file");
    return { kind: "check", file: files[0], json: values.json ?? false };
  },
  explain(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: options.explain,
      allowPositionals: true,
    });
    if (values.help === true) return { kind: "help", text: helpText("explain") };
    const { source = "127.0.0.1", path = "/v1/chat/completions", config } = values;
    const { user = null, header = [], json = false } = values;
    const [model = "", ...more] = [
      ...(values.model === undefined ? [] : [values.model]),
      ...positionals,
    ];
    if (model === "") return misuse("explain", "the model is missing");
    if (more.length > 0) return misuse("explain", "explain takes one model");
    if (parseAddress(source) === null)
      return misuse("explain", `--source: "${source}" is not an IP address`);
    if (!path.startsWith("/")) return misuse("explain", `--path: "${path}" must begin with /`);
    const headers = header.map(readHeader);
    const bad = headers.indexOf(null);
    if (bad !== -1) return misuse("explain", `--header: write "Name: value", not "${header[bad]}"`);
    const known = headers.filter((pair) => pair !== null);
    return { kind: "explain", model, source, path, user, headers: known, config, json };
  },
  selftest(args) {
    const { values } = parseArgs({ args: [...args], options: options.selftest });
    if (values.help === true) return { kind: "help", text: helpText("selftest") };
    return { kind: "selftest", config: values.config, json: values.json ?? false };
  },
  init(args) {
    const { values } = parseArgs({ args: [...args], options: options.init });
    if (values.help === true) return { kind: "help", text: helpText("init") };
    return { kind: "init", config: values.config, force: values.force ?? false };
  },
  backtest(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: options.backtest,
      allowPositionals: true,
    });
    if (values.help === true) return { kind: "help", text: helpText("backtest") };
    const [file, ...more] = positionals;
    if (file === undefined) return misuse("backtest", "the file to try is missing");
    if (more.length > 0) return misuse("backtest", "backtest takes one file");
    const { since = "7d", config, json = false } = values;
    const sinceMs = parseSince(since);
    if (sinceMs === undefined) return misuse("backtest", badSince(since));
    return { kind: "backtest", file, sinceMs, config, json };
  },
  copy(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: options.copy,
      allowPositionals: true,
    });
    if (values.help === true) return { kind: "help", text: helpText("copy") };
    const [from, to, ...more] = positionals;
    if (from === undefined || to === undefined)
      return misuse("copy", "say from where and to where");
    if (more.length > 0) return misuse("copy", "copy takes two logs");
    const { since = "all", "from-blobs": fromBlobs, "to-blobs": toBlobs } = values;
    const sinceMs = parseSince(since);
    if (sinceMs === undefined) return misuse("copy", badSince(since));
    return { kind: "copy", from, to, sinceMs, fromBlobs, toBlobs };
  },
  completion(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: options.completion,
      allowPositionals: true,
    });
    if (values.help === true) return { kind: "help", text: helpText("completion") };
    const shell = shells.find((known) => known === positionals[0]);
    if (shell === undefined || positionals.length > 1)
      return misuse("completion", `say which shell: ${shells.join(", ")}`);
    return { kind: "completion", shell };
  },
  token(args) {
    const { values } = parseArgs({ args: [...args], options: options.token });
    if (values.help === true) return { kind: "help", text: helpText("token") };
    const { sub = "", expires } = values;
    if (sub.trim() === "") return misuse("token", "--sub is missing");
    const lifetimeMs = expires === undefined ? null : parseDuration(expires);
    if (expires !== undefined && lifetimeMs === null)
      return misuse("token", `--expires: "${expires}" is not a time; write 30d, 12h, 90m or 60s`);
    return { kind: "token", sub, lifetimeMs };
  },
};

/** `Name: value`; null where the text is not a valid header. */
function readHeader(text: string): readonly [string, string] | null {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(colon, 0)).trim().toLowerCase();
  return name === "" ? null : [name, text.slice(colon + 1).trim()];
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** ms; null: all there is; undefined where the text is neither. */
function parseSince(text: string): number | null | undefined {
  return text === "all" ? null : (parseDuration(text) ?? undefined);
}

function badSince(text: string): string {
  return `--since: "${text}" is not a time; write 7d, 12h, 90m or all`;
}

/** ms; null where the text is not a valid duration, or zero. */
function parseDuration(text: string): number | null {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(amount) * (unitMs[unit ?? ""] ?? 0);
  return ms > 0 ? ms : null;
}

function misuse(command: CommandName, message: string): Command {
  return { kind: "misuse", text: `smolrouter: ${message}\n${usageLine(command)}` };
}
