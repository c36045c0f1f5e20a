// What tallies of calls can answer: they distinguish calls by names, state and status, not by words or threads.

/** Whether tallies know what a filter asks for; else its calls have to be looked at one by one. */
export function isTallied(filter: {
  readonly q?: string;
  readonly thread?: string;
  readonly resent_from?: string;
}): boolean {
  const { q, thread, resent_from } = filter;
  return q === undefined && thread === undefined && resent_from === undefined;
}
