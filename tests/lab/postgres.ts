// PostgreSQL for tests: a server of its own in a temporary folder, started with the first test that
// needs it, and a fresh database for each.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { SQL } from "bun";
import { freePort } from "./free-port.ts";
import { whenGone } from "./when-gone.ts";

export interface LabPostgres {
  /** Of a database; `name` defaults to `postgres`. */
  url(name?: string): string;
  readonly port: number;
  /** Of the postmaster. */
  pid(): number;
  /** Makes an empty database. @returns its name */
  createDatabase(): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Ends it as a crash would, or in order. */
  stop(how: "immediate" | "fast"): void;
  /** Starts it again, on the same port and data; returns when it takes connections. */
  start(): void;
  /** Sends a signal to the postmaster and all its processes: SIGSTOP makes it silent. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it and removes its data. */
  remove(): void;
}

/** Of its user `lab`, in every URL. */
export const labPassword = "lab-secret-word";

/** Where Debian puts the programs. */
function programs(): string {
  const root = "/usr/lib/postgresql";
  const [newest] = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
  if (newest === undefined)
    throw new Error("PostgreSQL is not installed: apt-get install postgresql");
  return join(root, newest, "bin");
}

/** The server refuses to run as root; any other user will do. */
const asUser =
  process.getuid?.() === 0
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    : [];

const env = { ...process.env, LC_ALL: "C.UTF-8", PGPASSWORD: labPassword };

function run(command: readonly string[]): string {
  const [program = "", ...rest] = [...asUser, ...command];
  const { status, stdout, stderr } = spawnSync(program, rest, {
    encoding: "utf8",
    env,
    cwd: "/",
  });
  if (status !== 0) throw new Error(`${command.join(" ")} failed: ${stderr}`);
  return stdout;
}

/** Where the first server of a run of all suites leaves its empty data for the others. */
const shelf = process.env["SMOLROUTER_POSTGRES_DATA"] ?? null;

/** To copy a server's empty data takes a tenth of the time in which it is made. */
function makeData(bin: string, folder: string, data: string): void {
  if (shelf !== null && existsSync(join(shelf, "data"))) {
    run(["cp", "-a", join(shelf, "data"), data]);
    return;
  }
  const secret = join(folder, "password");
  run(["sh", "-c", `printf %s '${labPassword}' > '${secret}'`]);
  const layout = ["-E", "UTF8", "--locale=C", "--no-sync"];
  const access = ["-U", "lab", "-A", "scram-sha-256", "--pwfile", secret];
  run([join(bin, "initdb"), "-D", data, ...layout, ...access]);
  if (shelf === null) return;
  const own = join(shelf, basename(folder));
  // Another one may have been faster.
  run([
    "sh",
    "-c",
    `cp -a '${data}' '${own}' && mv -T '${own}' '${shelf}/data' || rm -rf '${own}'`,
  ]);
}

export interface LabPostgresOptions {
  /** Lines of `postgresql.conf`, as `name=value`. */
  readonly settings?: readonly string[];
  /** With it, the server takes connections by TLS too; in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** @returns a server that runs; to be removed by the caller */
export async function startPostgres({
  settings = [],
  tls,
}: LabPostgresOptions = {}): Promise<LabPostgres> {
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-postgres-"));
  const data = join(folder, "data");
  if (process.getuid?.() === 0) {
    const [uid, gid] = ["-u", "-g"].map((flag) =>
      Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout),
    );
    chownSync(folder, uid ?? 0, gid ?? 0);
  }
  chmodSync(folder, 0o700);
  const port = await freePort();
  makeData(bin, folder, data);
  const secure: string[] = [];
  if (tls !== undefined) {
    const [cert, key] = [join(folder, "server.crt"), join(folder, "server.key")];
    // As the server's user: it refuses a key that others can read.
    run([
      "sh",
      "-c",
      `umask 077; printf %s '${tls.cert}' > '${cert}'; printf %s '${tls.key}' > '${key}'`,
    ]);
    secure.push("ssl=on", `ssl_cert_file=${cert}`, `ssl_key_file=${key}`);
  }
  const options = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`,
    "fsync=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=64MB",
    ...secure,
    ...settings,
  ].flatMap((setting) => ["-c", setting]);

  function start(): void {
    // Should this process be killed, the server goes with it: nobody else would end it.
    const own = ["--pdeathsig=QUIT", ...asUser.slice(1), join(bin, "postgres"), "-D", data];
    spawn("setpriv", [...own, ...options], { stdio: "ignore", cwd: "/", env }).unref();
    const isReady = [join(bin, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", String(port)];
    run([
      "sh",
      "-c",
      `for n in $(seq 600); do ${isReady.join(" ")} && exit 0; sleep 0.1; done; exit 1`,
    ]);
  }

  function pid(): number {
    const [first = ""] = run(["cat", join(data, "postmaster.pid")]).split("\n");
    return Number(first);
  }

  whenGone(
    `'${join(bin, "pg_ctl")}' -D '${data}' -m immediate -w stop; rm -rf '${folder}'`,
    asUser,
  );
  start();
  const url = (name = "postgres") => `postgres://lab:${labPassword}@127.0.0.1:${port}/${name}`;
  let made = 0;
  async function administer(text: string): Promise<void> {
    const sql = new SQL(url(), { max: 1, prepare: false });
    try {
      await sql.unsafe(text);
    } finally {
      await sql.close({ timeout: 0 });
    }
  }
  return {
    url,
    port,
    pid,
    async createDatabase() {
      const name = `lab_${++made}`;
      await administer(`create database ${name}`);
      return name;
    },
    dropDatabase: (name) => administer(`drop database if exists ${name} with (force)`),
    stop: (how) => void run([join(bin, "pg_ctl"), "-D", data, "-m", how, "-w", "stop"]),
    start,
    signal(name) {
      const main = pid();
      const children = spawnSync("ps", ["-o", "pid=", "--ppid", String(main)], {
        encoding: "utf8",
      });
      const all = [
        main,
        ...children.stdout
          .split("\n")
          .map(Number)
          .filter((one) => one > 0),
      ];
      for (const one of all)
        try {
          process.kill(one, name);
        } catch {
          // A connection's process may have ended since.
        }
    },
    remove() {
      try {
        run([join(bin, "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"]);
      } catch {
        // It was stopped already.
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let shared: Promise<LabPostgres> | null = null;

/** The one server of this process's tests; it goes with the process. */
function labPostgres(): Promise<LabPostgres> {
  shared ??= startPostgres();
  return shared;
}

/** Runs a test on an empty database and drops it. */
export async function withDatabase<T>(
  test: (url: string, server: LabPostgres) => Promise<T>,
): Promise<T> {
  const server = await labPostgres();
  const name = await server.createDatabase();
  try {
    return await test(server.url(name), server);
  } finally {
    await server.dropDatabase(name);
  }
}
