// Ties tool results to tool calls: OpenAI does it by ids, Ollama by name and order.
import { isRecord } from "../../bytes/json.ts";

export interface CallIds {
  /** An assistant's message begins: results that follow answer its calls, not those before. */
  begin(): void;
  /** The id of the next call. Made-up ids depend on the conversation alone, so that a server's
   * prompt cache still fits when it grows. */
  ofCall(id: string | null, name: string): string;
  /** The id of the call that a result answers. */
  ofResult(id: string | null, name: string | null): string;
}

export function createCallIds(messages: readonly unknown[]): CallIds {
  const given = givenIds(messages);
  let made = 0;
  let open: { readonly id: string; readonly name: string }[] = [];

  function next(): string {
    do made += 1;
    while (given.has(idOf(made)));
    return idOf(made);
  }

  return {
    begin() {
      open = [];
    },
    ofCall(id, name) {
      const chosen = id ?? next();
      open.push({ id: chosen, name });
      return chosen;
    },
    ofResult(id, name) {
      if (id !== null) {
        open = open.filter((call) => call.id !== id);
        return id;
      }
      const named = name === null ? -1 : open.findIndex((call) => call.name === name);
      const [call] = open.splice(Math.max(named, 0), 1);
      // A result without a call is the client's mistake; the server shall say so.
      return call?.id ?? next();
    },
  };
}

/** Nine letters and digits: all that Mistral's templates accept. */
function idOf(number: number): string {
  return `call${String(number).padStart(5, "0")}`;
}

function givenIds(messages: readonly unknown[]): ReadonlySet<unknown> {
  const ids = new Set<unknown>();
  for (const message of messages.filter(isRecord)) {
    ids.add(message["tool_call_id"]);
    const calls: unknown = message["tool_calls"];
    if (Array.isArray(calls))
      for (const call of (calls as readonly unknown[]).filter(isRecord)) ids.add(call["id"]);
  }
  return ids;
}
