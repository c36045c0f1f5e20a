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

/**
 * @param clientGone fires when the call's client leaves; null: it has none. Disposing stops listening to it
 * @param report called with what a listener throws
 */
export function createCancellation(
  clientGone: AbortSignal | null,
  report: (error: unknown) => void,
): CallCancellation {
  let reason: string | null = null;
  const listeners = new Set<() => void>();

  function cancel(why: string): void {
    if (reason !== null) return;
    reason = why;
    for (const listener of listeners)
      try {
        listener();
      } catch (error) {
        report(error);
      }
    listeners.clear();
  }

  const clientLeft = () => cancel(clientWentAway);
  if (clientGone?.aborted === true) clientLeft();
  else clientGone?.addEventListener("abort", clientLeft);
  return {
    reason: () => reason,
    onCancel(then) {
      if (reason !== null) then();
      else listeners.add(then);
      return { [Symbol.dispose]: () => void listeners.delete(then) };
    },
    cancel,
    [Symbol.dispose]: () => clientGone?.removeEventListener("abort", clientLeft),
  };
}
