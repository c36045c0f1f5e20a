// A call that nobody waits for any more: its client left, or someone cancelled it on the router's pages.
// Not an AbortSignal, of which an attempt needs one for its connection anyway: this one costs a call nothing.

export interface Cancellation {
  /** Why, in words; null as long as the call goes on. */
  reason(): string | null;
  /** Runs `then` once the call is cancelled, at once where it is; disposing of it stops listening. */
  onCancel(then: () => void): Disposable;
}

export interface CallCancellation extends Cancellation, Disposable {
  /** Only the first reason counts. Never throws. */
  cancel(reason: string): void;
}

export const clientWentAway = "the client went away";

/** The reason of a call that someone cancelled on the router's pages. */
export const cancelledHere = "cancelled on the router's pages";

/** Whoever hears of faults of the router's own. */
export interface FaultListener {
  report(error: unknown): void;
}

/**
 * @param clientGone fires when the call's client leaves; null: it has none. Disposing stops listening to it
 * @param faults hears what a listener throws
 */
export function createCancellation(
  clientGone: AbortSignal | null,
  faults: FaultListener,
): CallCancellation {
  return new ClientCancellation(clientGone, faults);
}

class ClientCancellation implements CallCancellation, EventListenerObject {
  readonly #clientGone: AbortSignal | null;
  readonly #faults: FaultListener;
  readonly #listeners: Listening[] = [];
  #reason: string | null = null;

  constructor(clientGone: AbortSignal | null, faults: FaultListener) {
    this.#clientGone = clientGone;
    this.#faults = faults;
    if (clientGone?.aborted === true) this.handleEvent();
    else clientGone?.addEventListener("abort", this);
  }

  reason(): string | null {
    return this.#reason;
  }

  onCancel(then: () => void): Disposable {
    const listening = new Listening(this.#listeners, then);
    if (this.#reason !== null) then();
    else this.#listeners.push(listening);
    return listening;
  }

  cancel(why: string): void {
    if (this.#reason !== null) return;
    this.#reason = why;
    // One that stops listening because of another is not called.
    for (let next = this.#listeners.shift(); next !== undefined; next = this.#listeners.shift())
      try {
        next.listener();
      } catch (error) {
        this.#faults.report(error);
      }
  }

  [Symbol.dispose](): void {
    this.#clientGone?.removeEventListener("abort", this);
  }

  /** The client's signal fires. */
  handleEvent(): void {
    this.cancel(clientWentAway);
  }
}

/** One that listens, for as long as it stands in the list. */
class Listening implements Disposable {
  readonly #all: Listening[];
  readonly listener: () => void;

  constructor(all: Listening[], listener: () => void) {
    this.#all = all;
    this.listener = listener;
  }

  [Symbol.dispose](): void {
    const at = this.#all.indexOf(this);
    if (at >= 0) this.#all.splice(at, 1);
  }
}
