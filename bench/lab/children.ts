// The processes a measurement needs: started, asked for their address, measured, stopped.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  return start([process.execPath, "bench/lab/fake-process.ts"], {}, "stdout");
}

/** Starts a bare pass-through to `DEFAULT_UPSTREAM`. */
export function startFloor(env: Readonly<Record<string, string>>): Promise<Child> {
  return start([process.execPath, "bench/lab/floor-process.ts"], env, "stdout");
}

/** Starts nginx with one worker in front of a server; null where it is not installed. */
export async function startNginx(upstream: string): Promise<Child | null> {
  const program = Bun.which("nginx", { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` });
  if (program === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-bench-"));
  const port = await freePort();
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 1024; }
    http {
      access_log off; client_max_body_size 100m; client_body_buffer_size 2m; client_body_temp_path ${folder};
      proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      keepalive_requests 1000000;
      upstream model { server ${new URL(upstream).host}; keepalive 256; keepalive_requests 1000000; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_buffering off; proxy_max_temp_file_size 0;
        }
      }
    }`,
  );
  const child = Bun.spawn([program, "-p", folder, "-c", join(folder, "nginx.conf")], {
    stdout: "ignore",
    stderr: "ignore",
  });
  return {
    ...measured(child, `http://127.0.0.1:${port}`),
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = taken;
  taken.stop(true);
  return port;
}

/**
 * Starts the program itself, its files in a temporary folder.
 * @param routes its routes file's text
 * @param command which program; from source where none is named
 */
export async function startRouterProcess(
  env: Readonly<Record<string, string>>,
  routes = "{}",
  command: readonly string[] = [process.execPath, "src/app/main.ts"],
): Promise<Child> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-bench-"));
  const file = join(folder, "routes.yaml");
  writeFileSync(file, routes);
  const child = await start(
    command,
    {
      LISTEN_PORT: "0",
      ROUTES_CONFIG: file,
      DB_PATH: join(folder, "requests.db"),
      BLOB_STORAGE_PATH: folder,
      ...env,
    },
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
  const child = Bun.spawn([...command], {
    cwd: root,
    env: { PATH: process.env["PATH"], ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const url = await addressIn(child[tells]);
  return measured(child, url);
}

function measured(child: Bun.Subprocess, url: string): Child {
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
