// What the binary costs before it does anything: ms until /healthz answers, resident memory when idle, size.
// `bun bench/startup.ts [runs]`, after `bun run build`; the figures are this machine's.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../tests/lab/free-port.ts";

const runs = Number(process.argv[2] ?? 10);
const idleMs = 5_000;
const binary = resolve(import.meta.dir, "../dist/smolrouter");
if (!existsSync(binary)) throw new Error("there is no dist/smolrouter: run `bun run build` first");

interface Start {
  /** From the process's start to the first 200 of /healthz. */
  readonly ms: number;
  readonly idleMegabytes: number;
}

const figures: readonly (readonly [name: string, env: Readonly<Record<string, string>>])[] = [
  ["log on", {}],
  ["log off", { ENABLE_LOGGING: "false" }],
];

async function start(env: Readonly<Record<string, string>>, idle: boolean): Promise<Start> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-startup-"));
  const port = await freePort();
  const began = performance.now();
  const child = Bun.spawn([binary], {
    cwd: folder,
    env: { LISTEN_PORT: String(port), LOG_LEVEL: "error", ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    while (!(await isUp(`http://127.0.0.1:${port}/healthz`))) await Bun.sleep(1);
    const ms = performance.now() - began;
    if (idle) await Bun.sleep(idleMs);
    return { ms, idleMegabytes: residentMegabytes(child.pid) };
  } finally {
    child.kill();
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function residentMegabytes(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) / 1_024;
}

console.log(`size: ${(statSync(binary).size / 1_048_576).toFixed(0)} MB`);
for (const [name, env] of figures) {
  const starts: number[] = [];
  for (let run = 0; run < runs; run++) starts.push((await start(env, false)).ms);
  const sorted = starts.toSorted((a, b) => a - b);
  const { idleMegabytes } = await start(env, true);
  console.log(
    `${name}: start to /healthz ${sorted[runs >> 1]?.toFixed(0)} ms median, ${sorted.at(-1)?.toFixed(0)} ms worst of ${runs}; ` +
      `idle ${idleMegabytes.toFixed(0)} MB resident after ${idleMs / 1_000} s`,
  );
}
