// How many listeners there are on all signals made or found while something runs.

/** Counts what `run` adds to signals and does not take away again; a signal that fired counts, too. */
export async function listenersLeft(run: () => Promise<void>): Promise<number> {
  const listening = new Map<AbortSignal, Set<unknown>>();
  const { prototype } = AbortSignal;
  type Method = (...args: [string, never]) => void;
  const addEventListener: Method = Reflect.get(prototype, "addEventListener");
  const removeEventListener: Method = Reflect.get(prototype, "removeEventListener");
  prototype.addEventListener = function (this: AbortSignal, ...args: [string, never]) {
    const own = listening.get(this) ?? new Set();
    listening.set(this, own.add(args[1]));
    return addEventListener.apply(this, args);
  };
  prototype.removeEventListener = function (this: AbortSignal, ...args: [string, never]) {
    listening.get(this)?.delete(args[1]);
    return removeEventListener.apply(this, args);
  };
  try {
    await run();
  } finally {
    prototype.addEventListener = addEventListener;
    prototype.removeEventListener = removeEventListener;
  }
  return [...listening.values()].reduce((sum, own) => sum + own.size, 0);
}
