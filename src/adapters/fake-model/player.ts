// Plays an answer's steps on a socket: few writes, no more than the client takes, stoppable.
import { Buffer } from "node:buffer";
import type { PlayStep } from "./steps.ts";

/** What the player needs of a socket. */
export interface PlaySocket {
  /** Takes bytes for sending and returns how many it took; negative once closed. */
  readonly write: (bytes: Uint8Array) => number;
  /** FIN after what was taken. */
  readonly end: () => void;
  /** RST. */
  readonly terminate: () => void;
}

export interface Playing {
  /** The socket takes bytes again. */
  readonly drained: () => void;
  /** Nothing more happens, timers included. */
  readonly cancel: () => void;
}

export interface PlayListener {
  readonly sent: (bytes: number) => void;
  /** `open`: the answer is whole and the connection stays; otherwise the player has ended it. */
  readonly ended: (how: "open" | "closed" | "broken") => void;
}

/** Writes are gathered up to this size: few system calls, little memory. */
const BATCH = 64 * 1024;

/** Starts playing; `ended` is called once unless cancelled, perhaps before this returns. */
export function play(steps: Iterator<PlayStep>, wire: PlaySocket, listener: PlayListener): Playing {
  let gathered: (string | Uint8Array)[] = [];
  let gatheredSize = 0;
  let unsent: Uint8Array | null = null;
  // A step that waits until everything before it is on its way.
  let held: IteratorResult<PlayStep> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn: ReturnType<typeof setImmediate> | undefined;
  let over = false;

  const push = (bytes: Uint8Array): void => {
    const taken = wire.write(bytes);
    if (taken < 0) over = true;
    else listener.sent(taken);
    unsent = taken >= 0 && taken < bytes.length ? bytes.subarray(taken) : null;
  };
  const flush = (): void => {
    const texts = gathered.every((part) => typeof part === "string");
    const bytes = texts
      ? Buffer.from(gathered.join(""))
      : Buffer.concat(gathered.map((part) => Buffer.from(part)));
    gathered = [];
    gatheredSize = 0;
    push(bytes);
  };
  const finish = (how: "open" | "closed" | "broken"): void => {
    over = true;
    listener.ended(how);
  };

  /** Performs a step that is not a write; false where playing waits for something. */
  const perform = (step: Exclude<PlayStep, { do: "write" }>): boolean => {
    switch (step.do) {
      case "pause":
        timer = setTimeout(run, step.ms);
        return false;
      case "turn":
        turn = setImmediate(run);
        return false;
      case "gate":
        step.gate.arrive(run);
        return false;
      case "silence":
        return false;
      case "fin":
        wire.end();
        finish(step.broken ? "broken" : "closed");
        return true;
      case "rst":
        wire.terminate();
        finish("broken");
        return true;
    }
  };

  function run(): void {
    while (!over) {
      if (unsent !== null) push(unsent);
      if (unsent !== null || over) return;
      const next: IteratorResult<PlayStep> = held ?? steps.next();
      held = null;
      if (next.done !== true && next.value.do === "write") {
        gathered.push(next.value.bytes);
        gatheredSize += next.value.bytes.length;
        if (gatheredSize >= BATCH) flush();
        continue;
      }
      if (gathered.length > 0) {
        held = next;
        flush();
        continue;
      }
      if (next.done === true) finish("open");
      else if (next.value.do !== "write" && !perform(next.value)) return;
    }
  }

  run();
  return {
    drained() {
      if (unsent !== null) run();
    },
    cancel() {
      over = true;
      clearTimeout(timer);
      clearImmediate(turn);
    },
  };
}
