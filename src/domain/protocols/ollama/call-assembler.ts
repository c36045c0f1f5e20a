// Tool calls put together from their pieces, in Ollama's form: arguments are an object.
import { ownNumber, type WrittenObject } from "../../bytes/json-written.ts";
import type { CallPiece } from "../neutral/answer.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";

export interface CallAssembler {
  add(pieces: readonly CallPiece[]): void;
  /** The calls, and the text of those whose arguments are not an object; each is returned once. */
  take(): AssembledCalls;
}

export interface AssembledCalls {
  readonly calls: readonly WrittenObject[];
  /**
   * Calls that cannot be one of Ollama's, cut short say, in the model's words. Ollama shows what it
   * cannot parse as content, too; with made-up arguments a client would run the wrong thing.
   */
  readonly unreadable: readonly string[];
}

interface HeldCall {
  id: string | null;
  name: string;
  given: string;
}

export function createCallAssembler(): CallAssembler {
  const held = new Map<number, HeldCall>();
  let taken = 0;

  return {
    add(pieces) {
      for (const { call, id, name, given } of pieces) {
        const known = held.get(call);
        if (known === undefined) held.set(call, { id, name, given });
        else {
          known.id ??= id;
          known.name += name;
          known.given += given;
        }
      }
    },
    take() {
      const calls: WrittenObject[] = [];
      const unreadable: string[] = [];
      for (const { id, name, given } of held.values()) {
        const read = argumentsObject(given);
        if (read === null)
          unreadable.push(`{"name": ${JSON.stringify(name)}, "arguments": ${given}`);
        else {
          const detail = { index: ownNumber(taken), name, arguments: read };
          calls.push(id === null ? { function: detail } : { id, function: detail });
          taken += 1;
        }
      }
      held.clear();
      return { calls, unreadable };
    },
  };
}

/** Calls that could not be read, as they follow the content so far. */
export function unreadableText({ unreadable }: AssembledCalls, afterText: boolean): string {
  return unreadable.map((text, index) => (afterText || index > 0 ? `\n${text}` : text)).join("");
}
