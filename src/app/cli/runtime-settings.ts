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
 * Starts the program anew with the runtime's settings in its environment, in the same process. Windows
 * has no such thing: there another process runs, and this one stands for it. One that is set already
 * stays as it is.
 * @returns the exit code of that other process; null: all are there, so that this is the one to go on
 */
export async function applyRuntimeSettings(
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<number | null> {
  if (Object.keys(runtimeSettings).every((name) => env[name] !== undefined)) return null;
  const command = [process.execPath, ...process.execArgv, ...scriptAndArguments()];
  const complete = { ...runtimeSettings, ...env };
  if (platform === "win32") return exitCodeOf(command, complete);
  process.execve?.(process.execPath, command, complete);
  return null;
}

async function exitCodeOf(command: string[], env: Environment): Promise<number> {
  // Those of a console reach the other process as well, which ends in its own way.
  for (const signal of ["SIGINT", "SIGBREAK", "SIGHUP"]) process.on(signal, () => undefined);
  // It ends with this one, however this one ends: the runtime binds the two in a job of Windows.
  const child = Bun.spawn(command, { env, stdin: "inherit", stdout: "inherit", stderr: "inherit" });
  return child.exited;
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
