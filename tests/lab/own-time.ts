// What a piece of work takes of this process's own time: a busy machine must not count.

/** ms of processor time, of all threads, user and system. */
export function ownMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
