// An answer that is asked for often and changes little: nobody waits for it while an old one will do.

export interface KeptOptions {
  /** ms for which an answer is new. */
  readonly fresh: number;
  /** ms for which an old one will do while a new one is asked for. */
  readonly usable: number;
  /** Epoch ms. */
  readonly now: () => number;
  /** Does some work once whoever asks now has been answered. */
  readonly later: (work: () => void) => void;
}

interface Kept<T> {
  readonly at: number;
  readonly answer: Promise<T>;
}

/** @returns the answer; those who ask at once share one question; a failure is passed on, and not kept */
export function keptFor<T>(
  { fresh, usable, now, later }: KeptOptions,
  ask: () => Promise<T>,
): () => Promise<T> {
  let kept: Kept<T> | null = null;
  let coming: Kept<T> | null = null;
  let due = false;

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
    if (now() - kept.at >= fresh && coming === null && !due) {
      due = true;
      later(() => {
        due = false;
        // Whoever asks when it has become too old waits for it, and gets its failure.
        askAnew().catch(() => undefined);
      });
    }
    return kept.answer;
  };
}
