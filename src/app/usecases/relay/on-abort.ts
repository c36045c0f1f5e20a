// Listening to a signal, as something that is owned.

/** Runs `then` once the signal fires, at once where it has; disposing of it stops listening. */
export function onAbort(signal: AbortSignal, then: () => void): Disposable {
  const stop = () => signal.removeEventListener("abort", fire);
  const fire = () => {
    stop();
    then();
  };
  if (signal.aborted) then();
  else signal.addEventListener("abort", fire);
  return { [Symbol.dispose]: stop };
}
