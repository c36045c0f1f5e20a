// The router as a process of its own, so that its memory, sockets and timers are its own too.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeSettings } from "../../src/app/cli/runtime-settings.ts";
import type { ProcessFigures } from "./process-probe.ts";
import { programCommand, programFromSource } from "./program.ts";
import type { RouterOptions } from "./start-router.ts";

export interface SpawnedRouter {
  readonly url: string;
  readonly pid: number;
  /** Warnings and errors in the program's log, their messages, oldest first. */
  readonly reported: readonly string[];
  /** Resident memory in bytes. */
  residentBytes(): number;
  /** Open file descriptors. */
  openFiles(): number;
  /** What the preloaded probe says now; only where `probe` was asked for. */
  probe(): Promise<ProcessFigures>;
  /** The exit code, once it has ended by itself or by a signal. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
}

/**
 * Free memory goes back to the system at once: for tests that measure what the program holds, where
 * what the allocator keeps for the next call would count, too.
 */
export const returnsMemory: Readonly<Record<string, string>> = {
  MIMALLOC_PURGE_DELAY: "0",
  MIMALLOC_PURGE_HOLES_MIN_INTERVAL: "0",
};

/** @param probe counts timers inside the process and collects garbage on demand */
export async function spawnRouter(
  { env = {}, routes }: RouterOptions = {},
  { probe = false } = {},
): Promise<SpawnedRouter> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-test-"));
  const routesPath = join(folder, "routes.yaml");
  writeFileSync(routesPath, routes ?? "{}");
  const command = probe
    ? programFromSource(join(import.meta.dir, "process-probe.ts"))
    : programCommand;
  const child = Bun.spawn([...command], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      LISTEN_PORT: "0",
      ROUTES_CONFIG: routesPath,
      LOG_FORMAT: "json",
      // Set, so that the program need not start itself anew, which would drop the preload.
      ...runtimeSettings,
      ...env,
    },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "pipe",
  });
  const reported: string[] = [];
  const lines = readLines(child.stderr, (line) => {
    const trouble = troubleIn(line);
    if (trouble !== null) reported.push(trouble);
  });
  const started = await lines.first((line) => line.includes("smolrouter at http"));
  const url = /http:\/\/[\d.:]+\d/.exec(started)?.[0];
  if (url === undefined) throw new Error(`no address in: ${started}`);
  const { pid } = child;
  return {
    url,
    pid,
    reported,
    exited: child.exited,
    residentBytes() {
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      return Number(kilobytes?.[1]) * 1024;
    },
    openFiles: () => readdirSync(`/proc/${pid}/fd`).length,
    async probe() {
      const answer = lines.next((line) => line.startsWith("probe "));
      child.kill("SIGUSR2");
      return JSON.parse((await answer).slice("probe ".length)) as ProcessFigures;
    },
    async stop() {
      child.kill("SIGTERM");
      // Calls that a failed test has left would be waited for.
      const late = setTimeout(() => child.kill("SIGKILL"), 2_000);
      await child.exited;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a line of the program's log warns of; null where it does not. */
function troubleIn(line: string): string | null {
  const [, message] = /"level":"(?:warn|error)","message":("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
  return message === undefined ? null : (JSON.parse(message) as string);
}

interface Lines {
  /** The first line that fits, whether it came or is still to come. */
  first(fits: (line: string) => boolean): Promise<string>;
  /** The next line that fits. */
  next(fits: (line: string) => boolean): Promise<string>;
}

/** Reads a process's output to its end; what was waited for and never came is reported with the rest. */
function readLines(
  stream: ReadableStream<Uint8Array>,
  each: (line: string) => void = () => undefined,
): Lines {
  const past: string[] = [];
  let waiting: { fits: (line: string) => boolean; found: (line: string | null) => void }[] = [];
  let over = false;
  async function read(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        each(line);
        past.push(line);
        if (past.length > 200) past.shift();
        const fitting = waiting.filter(({ fits }) => fits(line));
        waiting = waiting.filter((one) => !fitting.includes(one));
        for (const { found } of fitting) found(line);
      }
    }
  }
  const end = (): void => {
    over = true;
    for (const { found } of waiting) found(null);
  };
  read().then(end, end);
  async function next(fits: (line: string) => boolean): Promise<string> {
    const line = over
      ? null
      : await new Promise<string | null>((found) => waiting.push({ fits, found }));
    if (line === null) throw new Error(`the router ended; it said:\n${past.join("\n")}`);
    return line;
  }
  return {
    next,
    async first(fits) {
      return past.find(fits) ?? (await next(fits));
    },
  };
}

/** Starts a router process, runs the test with it and stops it, whatever became of it. */
export async function withSpawnedRouter<Result>(
  options: RouterOptions,
  run: (router: SpawnedRouter) => Promise<Result>,
  more: { readonly probe?: boolean } = {},
): Promise<Result> {
  const router = await spawnRouter(options, more);
  try {
    return await run(router);
  } finally {
    await router.stop();
  }
}
