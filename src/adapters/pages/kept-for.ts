// An answer that is asked for often and changes little: nobody waits for it while an old one will do.

export interface KeptOptions {
  /** ms for which an answer is new. */
  readonly fresh: number;
  /** ms for which an old one will do while a new one is asked for. */
  readonly usable: number;
  /** Epoch ms. */
  readonly now: () => number;
}

interface Kept<T> {
  readonly at: number;
  readonly answer: Promise<T>;
}

/** @returns the answer; those who ask at once share one question; a failure is told, and not kept */
export function keptFor<T>(
  { fresh, usable, now }: KeptOptions,
  ask: () => Promise<T>,
): () => Promise<T> {
  let kept: Kept<T> | null = null;
  let coming: Kept<T> | null = null;

  function askAnew(): Promise<T> {
    if (coming !== null) return coming.answer;
    const asked: Kept<T> = { at: now(), answer: ask() };
    coming = asked;
    asked.answer.then(
      () => {
        kept = asked;
        coming = null;
      },
      () => {
        coming = null;
      },
    );
    return asked.answer;
  }

  return () => {
    if (kept === null || now() - kept.at >= usable) return askAnew();
    // Whoever asks when it has become old waits for it, and is told if it fails.
    if (now() - kept.at >= fresh) askAnew().catch(() => undefined);
    return kept.answer;
  };
}
