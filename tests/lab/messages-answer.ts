// Answers of a Messages server, whole and as the stream that says the same, for tests of translations.
import type { JsonRecord } from "../../src/domain/bytes/json.ts";

export interface MessagesAnswer {
  /** Agents put together what has the same id. */
  readonly id?: string;
  readonly content: readonly JsonRecord[];
  readonly stop?: string;
  readonly usage?: JsonRecord;
}

const plainUsage: JsonRecord = { input_tokens: 10, output_tokens: 5 };

export function wholeMessage({ id, content, stop, usage }: MessagesAnswer): JsonRecord {
  return {
    id: id ?? "msg_1",
    type: "message",
    role: "assistant",
    model: "claude",
    content,
    stop_reason: stop ?? "end_turn",
    stop_sequence: null,
    usage: usage ?? plainUsage,
  };
}

/** @param piece the longest a delta is, in UTF-16 units */
export function messageEvents(answer: MessagesAnswer, piece = 5): readonly JsonRecord[] {
  const { stop, usage = plainUsage } = answer;
  const message = { ...wholeMessage(answer), content: [], stop_reason: null };
  const { output_tokens: output, output_tokens_details: details, ...input } = usage;
  const events: JsonRecord[] = [
    { type: "message_start", message: { ...message, usage: { ...input, output_tokens: 1 } } },
    { type: "ping" },
  ];
  for (const [index, block] of answer.content.entries()) {
    events.push({ type: "content_block_start", index, content_block: opening(block) });
    for (const delta of deltas(block, piece))
      events.push({ type: "content_block_delta", index, delta });
    events.push({ type: "content_block_stop", index });
  }
  return [
    ...events,
    {
      type: "message_delta",
      delta: { stop_reason: stop ?? "end_turn", stop_sequence: null },
      usage:
        details === undefined
          ? { output_tokens: output }
          : { output_tokens: output, output_tokens_details: details },
    },
    { type: "message_stop" },
  ];
}

/** As server-sent events. */
export function messageStream(events: readonly JsonRecord[]): string {
  return events
    .map((event) => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
}

function opening(block: JsonRecord): JsonRecord {
  switch (block["type"]) {
    case "text":
      return { type: "text", text: "" };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "tool_use":
    case "server_tool_use":
      return { ...block, input: {} };
    default:
      return block;
  }
}

function deltas(block: JsonRecord, piece: number): readonly JsonRecord[] {
  switch (block["type"]) {
    case "text": {
      const citations = (block["citations"] ?? []) as readonly JsonRecord[];
      return [
        ...cut(String(block["text"]), piece).map((text) => ({ type: "text_delta", text })),
        ...citations.map((citation) => ({ type: "citations_delta", citation })),
      ];
    }
    case "thinking":
      return [
        ...cut(String(block["thinking"]), piece).map((thinking) => ({
          type: "thinking_delta",
          thinking,
        })),
        { type: "signature_delta", signature: block["signature"] },
      ];
    case "tool_use":
    case "server_tool_use": {
      const given = JSON.stringify(block["input"]);
      // Anthropic begins with an empty piece, and sends no other where there are no arguments.
      const pieces = given === "{}" ? [] : cut(given, piece);
      return ["", ...pieces].map((text) => ({ type: "input_json_delta", partial_json: text }));
    }
    default:
      return [];
  }
}

function cut(whole: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(whole.length / length) }, (_, at) =>
    whole.slice(at * length, (at + 1) * length),
  );
}
