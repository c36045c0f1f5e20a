// What the bodies of a call say, for whoever has them and not the call: the texts that its search looks through.
import { createAnsweredReader } from "../../../domain/conversation/answered.ts";
import { askedTurns } from "../../../domain/conversation/asked.ts";
import {
  answeredText,
  askedText,
  type AskedTexts,
  askedTexts,
  type IsNew,
  newText,
  type SpokenText,
} from "../../../domain/conversation/search-text.ts";
import type { Turn } from "../../../domain/conversation/turn.ts";
import { parseRecord, visitDocuments } from "../../../domain/log/answer-documents.ts";
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import { shortenedJson } from "../../../domain/bytes/shortened-json.ts";

/** Bytes of a string that hold the characters a search looks at, unless most of them are escaped. */
export const longestString = 3 * newText;

const everyText: IsNew = () => true;

/** What was asked and answered, for the search; bounded. null: the call has none. */
export function spokenText(request: Uint8Array | null, response: Uint8Array | null): SpokenText {
  return {
    asked: request === null ? "" : askedText(turnsIn(request), everyText),
    answered: response === null ? "" : textAnswered(response),
  };
}

/** Texts of a call, each bounded, and read when it is asked for. */
export interface SpokenTexts extends AskedTexts {
  answered(): string;
}

export function spokenTexts(request: Uint8Array | null, response: Uint8Array | null): SpokenTexts {
  const asked = askedTexts(request === null ? [] : turnsIn(request));
  return { ...asked, answered: () => (response === null ? "" : textAnswered(response)) };
}

/** Those of a request; its long texts are cut. */
export function turnsIn(request: Uint8Array): readonly Turn[] {
  const record = recordIn(shortenedJson(request, longestString) ?? request);
  return record === null ? [] : askedTurns(record);
}

function textAnswered(bytes: Uint8Array): string {
  const answer = createAnsweredReader(newText);
  visitDocuments(shortenedJson(bytes, longestString) ?? bytes, (document) => {
    answer.add(document);
  });
  return answeredText(answer, everyText);
}

export function recordIn(bytes: Uint8Array): JsonRecord | null {
  return parseRecord(new TextDecoder().decode(bytes));
}
