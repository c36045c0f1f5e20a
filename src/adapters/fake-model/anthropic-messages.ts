// Anthropic's messages, whole and streamed: what a client of theirs needs, no more.
import type { Answerer } from "./ask.ts";
import { asFields, asList, asNumber, asText } from "./fields.ts";
import { contentText, idOf, promptMessages, readTools, say } from "./prompt.ts";
import { jsonReply, sseEvent, type ReplyPiece } from "./reply.ts";

const stopReasons = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" } as const;

/** Answers `POST /v1/messages`. */
export const answerMessages: Answerer = (ask, server) => {
  const { fields } = ask;
  const read = promptMessages(fields["messages"]);
  const lastMessage = asFields(asList(fields["messages"]).at(-1));
  const result = asList(lastMessage["content"])
    .map(asFields)
    .find((part) => part["type"] === "tool_result");
  const choice = asFields(fields["tool_choice"]);
  const model = asText(fields["model"]);
  const said = say(server.name, {
    ...read,
    model,
    allText: `${contentText(fields["system"])} ${read.allText}`.trim(),
    toolResult: result === undefined ? undefined : contentText(result["content"]),
    tools: choice["type"] === "none" ? [] : readTools(fields["tools"]),
    json: asFields(asFields(fields["output_config"])["format"])["schema"],
    thinking: "inline",
    maxTokens: asNumber(fields["max_tokens"]),
    content: ask.content,
  });
  const blocks = [
    ...(said.tokens.length > 0 ? [{ type: "text", text: said.tokens.join("") }] : []),
    ...said.toolCalls.map((call) => ({
      type: "tool_use",
      id: call.id,
      name: call.name,
      input: call.arguments,
    })),
  ];
  const ending = { stop_reason: stopReasons[said.finish], stop_sequence: null };
  const usage = {
    input_tokens: said.promptTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: said.completionTokens,
  };
  const base = {
    id: `msg_${idOf(model + read.allText)}`,
    type: "message",
    role: "assistant",
    model,
  };
  if (!(ask.stream ?? fields["stream"] === true))
    return jsonReply({ ...base, content: blocks, ...ending, usage });

  const event = (part: ReplyPiece["part"], type: string, value: object): ReplyPiece => ({
    part,
    bytes: sseEvent({ type, ...value }, type),
  });
  const begun = { ...base, content: [], stop_reason: null, stop_sequence: null };
  const pieces: ReplyPiece[] = [
    event("opening", "message_start", {
      message: { ...begun, usage: { ...usage, output_tokens: 1 } },
    }),
  ];
  blocks.forEach((block, index) => {
    const isText = "text" in block;
    const empty = isText ? { ...block, text: "" } : { ...block, input: {} };
    const deltas = isText
      ? said.tokens.map((text) => ({ type: "text_delta", text }))
      : [{ type: "input_json_delta", partial_json: JSON.stringify(block.input) }];
    pieces.push(event("opening", "content_block_start", { index, content_block: empty }));
    for (const delta of deltas)
      pieces.push(event("content", "content_block_delta", { index, delta }));
    pieces.push(event("end", "content_block_stop", { index }));
  });
  pieces.push(
    event("end", "message_delta", { delta: ending, usage }),
    event("end", "message_stop", {}),
  );
  return { kind: "stream", format: "anthropic", pieces };
};
