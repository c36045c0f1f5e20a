// A pooler before the lab's PostgreSQL: Debian's PgBouncer in transaction mode, all else as it comes.
import { chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn, spawnSync } from "node:child_process";
import { freePort } from "./free-port.ts";
import { type LabPostgres, withDatabase } from "./postgres.ts";
import { whenGone } from "./when-gone.ts";

interface LabPooler {
  readonly port: number;
}

/** It refuses to run as root. */
const isRoot = process.getuid?.() === 0;
const asUser = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

async function startPooler(server: LabPostgres): Promise<LabPooler> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-pgbouncer-"));
  const port = await freePort();
  const { username, password } = new URL(server.url());
  const [users, settings] = [join(folder, "users.txt"), join(folder, "pgbouncer.ini")];
  writeFileSync(users, `"${username}" "${password}"\n`);
  writeFileSync(
    settings,
    `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
`,
  );
  if (isRoot)
    for (const path of [folder, users, settings]) {
      const ids = ["-u", "-g"].map((flag) =>
        Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout),
      );
      chownSync(path, ids[0] ?? 0, ids[1] ?? 0);
    }
  const [program, ...rest] = [...asUser, "/usr/sbin/pgbouncer", "-q", settings];
  const child = spawn(program, rest, { stdio: "ignore", cwd: "/" });
  child.unref();
  whenGone(`kill -9 ${child.pid}; rm -rf '${folder}'`, asUser);
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`pgbouncer ended with ${code}; is Debian's package installed?`));
    });
  });
  failed.catch(() => undefined); // it ends with the process, too
  await Promise.race([listening(port), failed]);
  return { port };
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => {
        resolve(false);
      });
    });
    if (isOpen) return;
    await Bun.sleep(20);
  }
}

let shared: Promise<LabPooler> | null = null;

/** As `withDatabase`, with the way there through the pooler. */
export function withPooledDatabase<T>(
  test: (url: string, server: LabPostgres) => Promise<T>,
): Promise<T> {
  return withDatabase(async (url, server) => {
    shared ??= startPooler(server);
    const pooled = new URL(url);
    pooled.port = String((await shared).port);
    return test(pooled.href, server);
  });
}
