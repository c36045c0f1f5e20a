// An answer that is asked for often and changes little: asked again only when it has become old.

/**
 * @param ms how long an answer is kept
 * @param now epoch ms
 * @returns the answer, perhaps so old; those who ask at once share one question; a failure is not kept
 */
export function keptFor<T>(ms: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let kept: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (kept !== null && now() - kept.at < ms) return kept.answer;
    const asked = { at: now(), answer: ask() };
    kept = asked;
    asked.answer.catch(() => {
      if (kept === asked) kept = null;
    });
    return asked.answer;
  };
}
