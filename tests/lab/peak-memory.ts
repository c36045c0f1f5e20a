// How much memory a process takes at its peak, as the kernel counts it: no sample can miss it.
import { readFileSync, writeFileSync } from "node:fs";

/** Bytes that a line of /proc/PID/status names (proc_pid_status(5)). */
function statusBytes(pid: number, key: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
}

/** Processor time taken so far, in the kernel's ticks (proc_pid_stat(5)). */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Resolves once a process has had next to nothing to do for half a second. */
export async function whenIdle(pid: number): Promise<void> {
  for (let before = -9, quiet = 0; quiet < 10;) {
    const now = ticks(pid);
    quiet = now - before <= 1 ? quiet + 1 : 0;
    before = now;
    await Bun.sleep(50);
  }
}

/**
 * By how many bytes a process's resident memory grows at most while `work` lasts and until the
 * process is idle after it.
 */
export async function peakGrowth<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly growth: number }> {
  await whenIdle(pid);
  const before = statusBytes(pid, "VmRSS");
  // Begins the count anew (proc_pid_clear_refs(5)).
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
  const result = await work();
  await whenIdle(pid);
  return { result, growth: statusBytes(pid, "VmHWM") - before };
}
