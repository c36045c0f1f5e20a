// The processor time of a process and all that it starts. What a process learns of its children's
// counts those that it waits for: of a browser, whose parts outlive their parent, that is half.
import { readdirSync, readFileSync } from "node:fs";

const everyMs = 500;
const ticksPerSecond = 100;

interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  /** Seconds of its own, children's left out. */
  readonly seconds: number;
}

/** Looks at a process and its descendants from time to time until `stop`, which gives seconds; 0 where there is no /proc. */
export function watchProcessorTime(root: number): { stop(): number } {
  const seconds = new Map([[root, 0]]);
  const look = (): void => {
    const states = processes();
    // A child may be listed before its parent; a process known once is remembered as an orphan, too.
    for (let known = 0; known < seconds.size;) {
      known = seconds.size;
      for (const { pid, parent, seconds: own } of states)
        if (seconds.has(pid) || seconds.has(parent)) seconds.set(pid, own);
    }
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return [...seconds.values()].reduce((sum, own) => sum + own, 0);
    },
  };
}

function processes(): readonly ProcessState[] {
  try {
    return readdirSync("/proc").flatMap((name) => stateOf(Number(name)) ?? []);
  } catch {
    return []; // not Linux
  }
}

/** What proc_pid_stat(5) says; null where the process is gone, or the number is none. */
function stateOf(pid: number): ProcessState | null {
  if (Number.isNaN(pid)) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const seconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    return { pid, parent: Number(fields[1]), seconds };
  } catch {
    return null;
  }
}
