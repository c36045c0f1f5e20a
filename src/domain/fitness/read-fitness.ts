// Whether an answer, as its client would get it, has what is demanded of it, its schema aside.
import { createAnsweredReader } from "../conversation/answered.ts";
import type { Turn } from "../conversation/turn.ts";
import { parseJson } from "../bytes/json.ts";
import { visitDocuments } from "../log/answer-documents.ts";
import type { Demands } from "./demands.ts";

export interface FitnessReading {
  /** Why it falls short, in words; null: it does not. */
  readonly unfit: string | null;
  /** Texts that are to be valid against the request's schema: of each choice that is neither a call nor a refusal. */
  readonly texts: readonly JsonText[];
}

export interface JsonText {
  readonly text: string;
  /** To be put before what is said of it: `choice 2: `, or nothing where it is the only one. */
  readonly of: string;
}

/** Calls and refusals pass; of several choices each has to be fit. @param answer whole, a stream or not */
export function readFitness(answer: Uint8Array, demands: Demands): FitnessReading {
  const reader = createAnsweredReader();
  visitDocuments(answer, (document) => reader.add(document));
  const turns = reader.turns();
  const texts: JsonText[] = [];
  for (const [at, turn] of turns.entries()) {
    const of = turns.length > 1 ? `choice ${at + 1}: ` : "";
    const said = saidIn(turn);
    if (said === null) continue;
    if (demands.content && said.trim() === "") return fallsShort(of + nothing(turn));
    if (!demands.json) continue;
    if (parseJson(said) === undefined) return fallsShort(of + notJson(turn, said));
    texts.push({ text: said, of });
  }
  return turns.length === 0 ? fallsShort("the answer is empty") : { unfit: null, texts };
}

function fallsShort(unfit: string): FitnessReading {
  return { unfit, texts: [] };
}

/** How servers end an answer that is refused without a word. */
const refusing: ReadonlySet<string> = new Set(["refusal", "content_filter"]);

/** Its text; null: it is a call, a refusal, or something else that passes. */
function saidIn({ parts, finish }: Turn): string | null {
  if (finish !== null && refusing.has(finish)) return null;
  let text = "";
  let others = false;
  for (const part of parts)
    switch (part.kind) {
      case "tool-call":
      case "refusal":
        return null;
      case "text":
        text += part.text;
        break;
      case "media":
      case "other":
        others = true;
        break;
      case "thinking":
      case "tool-result":
      case "vectors":
        break;
    }
  return others && text.trim() === "" ? null : text;
}

function nothing({ parts }: Turn): string {
  const thought = parts.some(({ kind }) => kind === "thinking") ? ", only reasoning" : "";
  return `the answer has no text, refusal or call${thought}`;
}

function notJson({ finish }: Turn, text: string): string {
  const cut = finish === "length" || finish === "max_tokens" || finish === "incomplete";
  if (text.trim() === "") return "the answer has no text where JSON was asked for";
  return `the answer's text is not JSON${cut ? "; it was cut off at the length limit" : ""}`;
}
