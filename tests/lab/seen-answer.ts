// What a client makes of an answer that may be faulty, in its own right: nothing here asks the router's code.
import type { WireResponse } from "./read-response.ts";

export type SeenKind = "chat" | "completions" | "ndjson";

export type SeenAnswer =
  /** Content and end are there, and nothing speaks of an error. */
  | "whole"
  /** An error status, or an error as the stream's last event. */
  | "reported"
  /** It comes to its end, and what is missing is in events that nobody can read. */
  | "marred"
  /** The connection broke without a word. */
  | "broken"
  /** It looks like a success, and is none. */
  | "truncated";

/** Whatever was sent. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

interface Reading {
  /** What the events bring, one entry an event. */
  readonly content: readonly string[];
  readonly proper: boolean;
  /** An error stands last, and no proper end. */
  readonly error: boolean;
  /** There are events that are not JSON. */
  readonly unreadable: boolean;
}

/**
 * Judges a streamed answer.
 * @param whole the undisturbed stream's text
 */
export function seenAnswer(kind: SeenKind, response: WireResponse, whole: string): SeenAnswer {
  if (response.status >= 400) return "reported";
  if (response.end !== "whole") return "broken";
  const reading = readStream(kind, response.body.toString());
  if (reading.error) return "reported";
  const { content } = readStream(kind, whole);
  if (!reading.proper) return "truncated";
  if (reading.unreadable) return isPartOf(reading.content, content) ? "marred" : "truncated";
  return content.join("\n") === reading.content.join("\n") ? "whole" : "truncated";
}

/** Whether all of `part` stands in `whole`, in order. */
function isPartOf(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const piece of whole) if (piece === part[at]) at++;
  return at === part.length;
}

function readStream(kind: SeenKind, text: string): Reading {
  const content: string[] = [];
  let proper = false;
  let unreadable = false;
  let last: "error" | "other" = "other";
  for (const data of kind === "ndjson" ? text.split("\n") : dataOf(text)) {
    if (data.trim() === "") continue;
    last = "other";
    if (data === "[DONE]") {
      proper = true;
      continue;
    }
    const event = parsed(data);
    if (event === undefined) unreadable = true;
    else if (event?.error !== undefined) last = "error";
    else if (kind === "ndjson") {
      content.push(JSON.stringify(event?.message ?? null));
      proper ||= event?.done === true;
    } else
      for (const choice of event?.choices ?? []) {
        content.push(JSON.stringify(choice));
        proper ||= typeof choice.finish_reason === "string";
      }
  }
  return { content, proper, error: last === "error", unreadable };
}

/** The data of all events; a last one without its blank line counts, as most clients let it. */
function dataOf(text: string): readonly string[] {
  return text.split("\n\n").flatMap((event) => {
    const lines = event.split("\n").filter((line) => line.startsWith("data:"));
    return lines.length === 0 ? [] : [lines.map((line) => line.slice(5).trim()).join("\n")];
  });
}

function parsed(data: string): Json {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
