// The items of a Responses client's input as the messages of a conversation: what the assistant said in
// one run is one message, and the results of its calls follow it at once.
import type { RequestMessage, RequestPart } from "../neutral/request.ts";

export type InputItem =
  | { readonly kind: "said"; readonly parts: readonly RequestPart[] }
  | { readonly kind: "result"; readonly message: ResultMessage }
  | { readonly kind: "message"; readonly message: RequestMessage };

type ResultMessage = Extract<RequestMessage, { readonly role: "result" }>;

type Message = RequestMessage | { readonly role: "assistant"; readonly parts: RequestPart[] };

/**
 * In the items' order, but that nothing stands between calls and their results: it follows these.
 * Servers refuse a call that is not answered at once.
 */
export function conversationOf(items: readonly InputItem[]): readonly RequestMessage[] {
  const answered = new Set(
    items.flatMap((item) => (item.kind === "result" ? [item.message.callId] : [])),
  );
  const messages: Message[] = [];
  /** Calls whose results are still to come. */
  const open = new Set<string>();
  let held: InputItem[] = [];
  /** The assistant's message that goes on; null: the next begins another. */
  let saying: RequestPart[] | null = null;

  function say(parts: readonly RequestPart[]): void {
    const isSecondText =
      parts.some(isText) && saying?.some((part) => isText(part) || part.kind === "call") === true;
    if (saying === null || isSecondText) {
      saying = [...parts];
      messages.push({ role: "assistant", parts: saying });
    } else saying.push(...parts);
    for (const part of parts) if (part.kind === "call" && answered.has(part.id)) open.add(part.id);
  }

  function place(item: InputItem): void {
    switch (item.kind) {
      case "said":
        // More calls of the same run may follow; anything else waits for the results.
        if (open.size > 0 && (saying === null || held.length > 0 || item.parts.some(isText)))
          held.push(item);
        else say(item.parts);
        break;
      case "message":
        if (open.size > 0) held.push(item);
        else {
          saying = null;
          messages.push(item.message);
        }
        break;
      case "result":
        if (open.size > 0 && !open.has(item.message.callId)) {
          held.push(item);
          break;
        }
        saying = null;
        messages.push(item.message);
        open.delete(item.message.callId);
        if (open.size === 0) release();
        break;
    }
  }

  function release(): void {
    const waiting = held;
    held = [];
    for (const item of waiting) place(item);
  }

  for (const item of items) place(item);
  open.clear();
  release();
  return messages;
}

function isText({ kind }: RequestPart): boolean {
  return kind === "text";
}
