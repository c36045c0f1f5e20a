// The processes a measurement needs: started, asked for their address, measured, stopped.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

export interface Child {
  readonly url: string;
  readonly pid: number;
  /** Seconds of processor time used so far, all threads. */
  cpu(): number;
  /** Bytes resident now. */
  memory(): number;
  stop(): Promise<void>;
}

/** Starts the fake model server. */
export function startFake(): Promise<Child> {
  return start(["bench/lab/fake-process.ts"], {}, "stdout");
}

/** Starts the program itself, its files in a temporary folder. */
export async function startRouterProcess(env: Readonly<Record<string, string>>): Promise<Child> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-bench-"));
  const child = await start(
    ["src/app/main.ts"],
    { LISTEN_PORT: "0", DB_PATH: join(folder, "requests.db"), BLOB_STORAGE_PATH: folder, ...env },
    "stderr",
  );
  return {
    ...child,
    async stop() {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  tells: "stdout" | "stderr",
): Promise<Child> {
  const child = Bun.spawn([process.execPath, ...command], {
    cwd: root,
    env: { PATH: process.env["PATH"], ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const url = await addressIn(child[tells]);
  return {
    url,
    pid: child.pid,
    cpu: () => processorSeconds(child.pid),
    memory: () => residentBytes(child.pid),
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

async function addressIn(output: ReadableStream<Uint8Array>): Promise<string> {
  const reader = output.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`no address in: ${text}`);
    text += new TextDecoder().decode(value);
    const address = /http:\/\/[\d.:]+/.exec(text)?.[0];
    if (address !== undefined) return address;
  }
}

/** utime and stime of proc(5), in clock ticks of 10 ms. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentBytes(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? 0) * 1_024;
}
