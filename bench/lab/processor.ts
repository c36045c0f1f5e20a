// Processor time of other processes as Linux counts it, and which processors they run on.
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** ms of processor time that the threads now alive in a process, and its children, have used (proc(5), schedstat). */
export function allThreadsMs(pid: number): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`))
    try {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim();
      for (const child of children === "" ? [] : children.split(" "))
        ns += allThreadsMs(Number(child)) * 1e6;
    } catch {
      // It ended meanwhile.
    }
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
