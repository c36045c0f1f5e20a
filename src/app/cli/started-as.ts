// The words by which a person can start this program once more, as it was started now: the binary, or from source.
import { basename, delimiter, dirname, isAbsolute, relative, sep } from "node:path";
import type { Environment } from "../../domain/config/substitute.ts";
import { isCompiled } from "./runtime-settings.ts";

export interface Start {
  /** The script that the runtime was given: `process.argv[1]`. */
  readonly script: string | undefined;
  /** The file that runs: the binary, or the runtime. */
  readonly program: string;
  /** Version of the runtime. */
  readonly runtime: string;
  /** Working directory. */
  readonly folder: string;
  readonly env: Environment;
}

/** What to type in a shell in that folder, before a command's name and flags. */
export function startedAs({ script, program, runtime, folder, env }: Start): string {
  if (script === undefined || isCompiled(script)) {
    // By way of npm's launcher: where the binary lies is nobody's business, and not for long with npx.
    if (/[\\/]node_modules[\\/]@smolrouter[\\/]/.test(program))
      return env["npm_lifecycle_event"] === "npx" ? "npx smolrouter" : "smolrouter";
    const found = (env["PATH"] ?? "").split(delimiter).includes(dirname(program));
    return found ? quoted(basename(program)) : quoted(fromHere(program, folder));
  }
  // Set by `bun run` and its like, not where the script was named.
  if (env["npm_lifecycle_event"] !== "start") return `bun ${quoted(fromHere(script, folder))}`;
  // By way of npx the runtime lies in a cache of npm's, where a shell does not find it.
  const fetched = env["npm_config_user_agent"]?.startsWith("npm/") === true;
  return fetched ? `npx -y bun@${runtime} run start` : "bun run start";
}

/** A path that a shell takes for one, relative where it lies below. */
function fromHere(path: string, folder: string): string {
  const below = relative(folder, path);
  return below.startsWith("..") || isAbsolute(below) ? path : `.${sep}${below}`;
}

function quoted(word: string): string {
  if (sep === "\\") return /^[\w.\\/:@+-]+$/.test(word) ? word : `"${word}"`;
  return /^[\w./@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
