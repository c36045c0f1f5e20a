// What of the runtime only the environment at its start can set.
import type { Environment } from "../../domain/config/substitute.ts";

export const runtimeSettings: Readonly<Record<string, string>> = {
  // Bun's fetch keeps all but 256 requests waiting, silently.
  BUN_CONFIG_MAX_HTTP_REQUESTS: "65535",
  // Left to itself, the allocator gives memory back to the system as soon as it is free, and fetches
  // it back for the next call, which costs a quarter of a call's time. ms.
  MIMALLOC_PURGE_DELAY: "2000",
  MIMALLOC_PURGE_HOLES_MIN_INTERVAL: "20000",
};

/**
 * Starts the program anew in the same process with the runtime's settings in its environment; does
 * nothing where all are there. One that is set already stays as it is.
 */
export function applyRuntimeSettings(env: Environment): void {
  const isComplete = Object.keys(runtimeSettings).every((name) => env[name] !== undefined);
  if (isComplete || process.execve === undefined) return;
  const command = [process.execPath, ...process.execArgv, ...scriptAndArguments()];
  process.execve(process.execPath, command, { ...runtimeSettings, ...env });
}

/** A compiled binary is its own script; from source, Bun needs the name of the one to run. */
function scriptAndArguments(): string[] {
  const [, script, ...rest] = process.argv;
  return script === undefined || isCompiled(script) ? rest : [script, ...rest];
}

/** Whether a script's name is that of one inside a binary. */
export function isCompiled(script: string): boolean {
  return script.startsWith("/$bunfs/") || script.includes("~BUN");
}
