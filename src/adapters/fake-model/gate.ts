// A gate that a scripted answer stops at until a test opens it: waiting for events, not for time.

export interface Gate {
  /** Resolves when the first answer has come to this gate and everything before it is written. */
  readonly reached: Promise<void>;
  /** Lets through whoever waits, now and later. */
  readonly open: () => void;
  /** For the player: an answer stands before the gate; `go` is called, later, once it is open. */
  readonly arrive: (go: () => void) => void;
}

/** Makes a closed gate. One gate may hold several answers; opening it lets all of them through. */
export function createGate(): Gate {
  const reached = Promise.withResolvers<void>();
  let waiting: (() => void)[] = [];
  let isOpen = false;
  const letThrough = (): void => {
    for (const go of waiting) queueMicrotask(go);
    waiting = [];
  };
  return {
    reached: reached.promise,
    open() {
      isOpen = true;
      letThrough();
    },
    arrive(go) {
      reached.resolve();
      waiting.push(go);
      if (isOpen) letThrough();
    },
  };
}
