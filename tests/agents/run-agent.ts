// A coding agent as a process, with a home of its own and nothing of this one's environment.
import { dirname, join } from "node:path";

export interface AgentRun {
  readonly said: string;
  readonly reported: string;
  readonly code: number;
}

/** @param folder where it works; its home is the one above */
export async function runAgent(
  command: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
  patienceMs = 180_000,
): Promise<AgentRun> {
  const home = dirname(folder);
  const child = Bun.spawn([...command], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      TMPDIR: home,
      XDG_CONFIG_HOME: join(home, "config"),
      XDG_DATA_HOME: join(home, "data"),
      XDG_CACHE_HOME: join(home, "cache"),
      XDG_STATE_HOME: join(home, "state"),
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  // An agent that never ends says nothing of why; what the router saw does.
  const late = setTimeout(() => child.kill(), patienceMs);
  const [said, reported, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  clearTimeout(late);
  return { said, reported, code };
}
