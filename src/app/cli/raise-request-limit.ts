// Bun's fetch keeps all but 256 requests waiting, silently; only the environment at start can raise that.
import type { Environment } from "../../domain/config/substitute.ts";

const variable = "BUN_CONFIG_MAX_HTTP_REQUESTS";
const most = "65535";

/** Starts the program anew in the same process with the limit raised; does nothing where it is set. */
export function raiseRequestLimit(env: Environment): void {
  if (env[variable] !== undefined || process.execve === undefined) return;
  const command = [process.execPath, ...process.execArgv, ...scriptAndArguments()];
  process.execve(process.execPath, command, { ...env, [variable]: most });
}

/** A compiled binary is its own script; from source, Bun needs the name of the one to run. */
function scriptAndArguments(): string[] {
  const [, script, ...rest] = process.argv;
  const compiled = script === undefined || script.startsWith("/$bunfs/") || script.includes("~BUN");
  return compiled ? rest : [script, ...rest];
}
