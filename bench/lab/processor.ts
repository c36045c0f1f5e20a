// Processor time of other processes as Linux counts it, and which processors they run on.
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** ns of processor time by thread, of those alive in a process and its children (proc(5), schedstat). */
export type ThreadTimes = ReadonlyMap<string, number>;

export function threadTimes(pid: number): ThreadTimes {
  const times = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`))
    try {
      const own = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      times.set(thread, Number(own.split(" ")[0]));
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim();
      for (const child of children === "" ? [] : children.split(" "))
        for (const [theirs, ns] of threadTimes(Number(child))) times.set(theirs, ns);
    } catch {
      // It ended meanwhile.
    }
  return times;
}

/** ms that a process used since; what a thread used that has ended meanwhile is not known. */
export function spentMs(pid: number, since: ThreadTimes): number {
  let ns = 0;
  for (const [thread, time] of threadTimes(pid)) ns += time - (since.get(thread) ?? 0);
  return ns / 1e6;
}

/**
 * Keeps all threads of a process, and those that it starts, on the first processor or on the others.
 * Where there is but one, or no `taskset`, nothing is done, and said.
 */
export function pin(pid: number, where: "first" | "others"): void {
  const processors = availableParallelism();
  const set = where === "first" ? "0" : `1-${processors - 1}`;
  const done =
    processors > 1 &&
    Bun.which("taskset") !== null &&
    Bun.spawnSync(["taskset", "-a", "-c", "-p", set, String(pid)]).success;
  if (!done) console.log(`process ${pid} runs wherever the system puts it: taskset failed`);
}
