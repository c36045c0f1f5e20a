// What of a conversation the log's search looks through.
import type { AnsweredReader } from "./answered.ts";
import type { Turn, TurnPart } from "./turn.ts";

/** The words of a call, by which the log's search finds its row; each bounded. */
export interface SpokenText {
  readonly asked: string;
  readonly answered: string;
}

export const nothingSpoken: SpokenText = { asked: "", answered: "" };

/** Characters of what is new in a call: asked since the model's last answer, and as many answered. */
export const newText = 64 * 1024;
/** Characters of what was there before and is not known, and of an error. */
const olderText = 4 * 1024;

/** Whether a text is new to the search: no row of late holds it. From then on it is known. */
export type IsNew = (text: string) => boolean;

/** The words of an answer, or of its error. */
export function answeredText(answer: AnsweredReader, isNew: IsNew): string {
  const take: Take = (text) => {
    isNew(text);
    return true;
  };
  const error = (answer.error() ?? "").slice(0, olderText);
  return joined([partsText(answer.turns(), newText, take), error]);
}

/**
 * The words of a request, the newest first. A system prompt, and turns that the model has answered
 * before, are found in the row that brought them: where they are known they are left out.
 */
export function askedText(asked: readonly Turn[], isNew: IsNew): string {
  const lastAnswer = asked.findLastIndex((turn) => turn.role === "assistant");
  const take: Take = (text, { role }) => isNew(text) || !isPrompt(role);
  const older = asked.slice(0, lastAnswer + 1).toReversed();
  return joined([
    partsText(asked.slice(lastAnswer + 1), newText, take),
    partsText(older, olderText, isNew),
  ]);
}

/** The words of a request, all of it: those since the model's last answer, and those from before, the newest first. */
export interface AskedTexts {
  fresh(): string;
  older(): string;
}

/** To look for what `askedText` gave an index at a time when more or less was known. */
export function askedTexts(asked: readonly Turn[]): AskedTexts {
  const lastAnswer = asked.findLastIndex((turn) => turn.role === "assistant");
  const every: Take = () => true;
  return {
    fresh: () => partsText(asked.slice(lastAnswer + 1), newText, every),
    older: () => partsText(asked.slice(0, lastAnswer + 1).toReversed(), newText, every),
  };
}

type Take = (text: string, turn: Turn) => boolean;

function isPrompt(role: string): boolean {
  return role === "system" || role === "developer";
}

function partsText(turns: readonly Turn[], most: number, take: Take): string {
  const texts: string[] = [];
  let left = most;
  for (const turn of turns)
    for (const part of turn.parts) {
      if (left <= 0) return joined(texts);
      const text = partText(part).slice(0, left);
      if (text === "" || !take(text, turn)) continue;
      left -= text.length;
      texts.push(text);
    }
  return joined(texts);
}

/** A single text is not copied. */
function joined(texts: readonly string[]): string {
  const all = texts.filter((text) => text !== "");
  return all.length === 1 ? (all[0] ?? "") : all.join("\n");
}

function partText(part: TurnPart): string {
  switch (part.kind) {
    case "text":
    case "thinking":
    case "refusal":
    case "tool-result":
      return part.text;
    case "tool-call":
      return `${part.name} ${part.arguments}`;
    case "media":
      return part.label ?? "";
    case "vectors":
    case "other":
      return "";
  }
}
