// Ids of tool calls as hosted APIs take them: of few characters, and none twice in a conversation.
import { hashText } from "../../bytes/hash-text.ts";

export interface CallIds {
  /** A turn of the assistant's begins: results that follow answer its calls, not those before. */
  begin(): void;
  /** The id to send for a call's. */
  ofCall(id: string): string;
  /** The id to send for that of the call which a result answers. */
  ofResult(id: string): string;
}

/**
 * What becomes of an id depends on those before it alone, so that prompt caches fit when the conversation grows.
 * @param accepted what the server takes as it is
 */
export function createCallIds(accepted: RegExp): CallIds {
  const used = new Set<string>();
  let open = new Map<string, string[]>();

  function cleaned(id: string): string {
    if (accepted.test(id)) return id;
    const kept = id.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 48);
    return `${kept === "" ? "call" : kept}_${hashText(id)}`;
  }

  return {
    begin() {
      open = new Map();
    },
    ofCall(id) {
      const clean = cleaned(id);
      let chosen = clean;
      // Some servers count the calls of every answer from 0.
      for (let count = 2; used.has(chosen); count++) chosen = `${clean}_${count}`;
      used.add(chosen);
      const known = open.get(id);
      if (known === undefined) open.set(id, [chosen]);
      else known.push(chosen);
      return chosen;
    },
    ofResult(id) {
      const calls = open.get(id) ?? [];
      return (calls.length > 1 ? calls.shift() : calls[0]) ?? cleaned(id);
    },
  };
}
