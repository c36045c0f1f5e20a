// What an answer would have been to its client, when an upstream had a fault.
import { readAnswer, type SeenAnswer } from "./client-view.ts";

/** From the best to the worst. */
export const outcomes = ["rescued", "clean_error", "passed_on", "broken"] as const;

/**
 * `rescued`: a whole answer; `clean_error`: an error, an error event, or a connection that was closed
 * before the answer's end; `passed_on`: an upstream's odd answer as it came; `broken`: part of an
 * answer, passed off as whole.
 */
export type Outcome = (typeof outcomes)[number];

/** @param whole text that a healthy server says */
export function outcomeOf(seen: SeenAnswer, whole: string): Outcome {
  const { text, hasError, isOdd } = readAnswer(seen);
  const isSuccess = seen.status >= 200 && seen.status < 300;
  if (isSuccess && !hasError && !isOdd && !seen.isCut && text === whole) return "rescued";
  if (seen.isCut) return "clean_error";
  if (isSuccess && !isStream(seen)) return hasError || isOdd ? "passed_on" : "broken";
  if (isSuccess) return hasError ? "clean_error" : isOdd ? "passed_on" : "broken";
  return seen.status >= 400 && hasError && !isOdd ? "clean_error" : "passed_on";
}

const isStream = ({ contentType }: SeenAnswer) =>
  /^(?:text\/event-stream|application\/x-ndjson)/.test(contentType);

/** The worst of several; the best where there are none. */
export function worstOutcome(all: readonly Outcome[]): Outcome {
  return outcomes.findLast((outcome) => all.includes(outcome)) ?? "rescued";
}

/** Whether `one` is better for the client. */
export function isBetter(one: Outcome, other: Outcome): boolean {
  return outcomes.indexOf(one) < outcomes.indexOf(other);
}
