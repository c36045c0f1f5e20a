// Why a model stopped, in chat's words whatever the protocol: the log speaks one language of it.
import type { JsonRecord } from "../bytes/json.ts";
import { protocols } from "../protocols/protocol.ts";

export interface FinishReader {
  /** The next document of the answer; see `visitDocuments`. */
  add(document: JsonRecord): void;
  /** Of the first choice that says so; null where none does. A word that is not known stays as it came. */
  finish(): string | null;
}

const words = Object.values(protocols).map(({ finish }) => finish);
const chatWords = new Map(words.flatMap(({ inChat }) => inChat));

export function createFinishReader(): FinishReader {
  let word: string | null = null;
  let calls = false;
  return {
    add(document) {
      for (const own of words) {
        const said = own.word(document);
        if (said === null) continue;
        word = said;
        break;
      }
      calls ||= words.some((own) => own.calls(document));
    },
    finish() {
      if (word === null) return null;
      const finish = chatWords.get(word) ?? word;
      // Ollama and Responses have no word of their own for it, and some chat servers forget theirs.
      return finish === "stop" && calls ? "tool_calls" : finish;
    },
  };
}
