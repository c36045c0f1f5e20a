// OpenAI's chat completions, whole and streamed.
import { CREATED, type Answerer, type Ask } from "./ask.ts";
import { asFields, asNumber, asText, countOf, type Fields, maxChoices } from "./fields.ts";
import {
  idOf,
  promptMessages,
  readTools,
  say,
  type Prompt,
  type Said,
  type ToolCall,
} from "./prompt.ts";
import { countError, jsonReply, sseEvent, type ReplyPiece, type Reply } from "./reply.ts";

function wantedJson(format: Fields): unknown {
  if (format["type"] === "json_object") return true;
  if (format["type"] === "json_schema") return asFields(format["json_schema"])["schema"] ?? true;
  return undefined;
}

function readPrompt(ask: Ask): Prompt {
  const { fields } = ask;
  const chosen = asText(asFields(asFields(fields["tool_choice"])["function"])["name"]);
  const offered = fields["tool_choice"] === "none" ? [] : readTools(fields["tools"]);
  return {
    model: asText(fields["model"]),
    ...promptMessages(fields["messages"]),
    tools: chosen === "" ? offered : offered.filter((tool) => tool.name === chosen),
    json: wantedJson(asFields(fields["response_format"])),
    thinking: "reasoning_effort" in fields ? "apart" : "inline",
    maxTokens: asNumber(fields["max_completion_tokens"]) ?? asNumber(fields["max_tokens"]),
    content: ask.content,
  };
}

/** Token counts as OpenAI's chat and completions state them. */
export function openAiUsage(said: Said, choices = 1): object {
  const completion = said.completionTokens * choices;
  return {
    prompt_tokens: said.promptTokens,
    completion_tokens: completion,
    total_tokens: said.promptTokens + completion,
  };
}

const wholeCall = (call: ToolCall): object => ({
  id: call.id,
  type: "function",
  function: { name: call.name, arguments: JSON.stringify(call.arguments) },
});

/** A choice's tokens: several choices differ, so that mixing them up shows. */
const tokensOf = (said: Said, choice: number): readonly string[] =>
  choice === 0 || said.tokens.length === 0 ? said.tokens : [...said.tokens, ` (${choice + 1})`];

function message(said: Said, choice: number): object {
  const content = tokensOf(said, choice).join("");
  return {
    role: "assistant",
    content: said.toolCalls.length > 0 ? null : content,
    refusal: null,
    ...(said.reasoning.length > 0 ? { reasoning_content: said.reasoning.join("") } : {}),
    ...(said.toolCalls.length > 0 ? { tool_calls: said.toolCalls.map(wholeCall) } : {}),
  };
}

/** The deltas that carry a choice's content; arguments of tools come in pieces. */
function deltas(said: Said, choice: number): readonly object[] {
  const ofCalls = said.toolCalls.flatMap((call, index) => {
    const opening = { name: call.name, arguments: "" };
    const pieces = JSON.stringify(call.arguments).match(/.{1,8}/gsu) ?? [];
    return [
      { tool_calls: [{ index, id: call.id, type: "function", function: opening }] },
      ...pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ];
  });
  return [
    ...said.reasoning.map((token) => ({ reasoning_content: token })),
    ...tokensOf(said, choice).map((token) => ({ content: token })),
    ...ofCalls,
  ];
}

function streamPieces(said: Said, base: object, choices: number, withUsage: boolean): ReplyPiece[] {
  const pieces: ReplyPiece[] = [];
  // Where usage is asked for, every other event says null (OpenAI's reference, stream_options).
  const tail = withUsage ? { usage: null } : {};
  const add = (
    part: ReplyPiece["part"],
    index: number,
    delta: object,
    finish: string | null,
  ): void => {
    const choice = { index, delta, logprobs: null, finish_reason: finish };
    pieces.push({ part, bytes: sseEvent({ ...base, choices: [choice], ...tail }) });
  };
  const indices = Array.from({ length: choices }, (_, index) => index);
  const perChoice = indices.map((index) => deltas(said, index));
  for (const index of indices) add("opening", index, { role: "assistant", content: "" }, null);
  const longest = Math.max(...perChoice.map((list) => list.length));
  // Choices take turns, as real servers' do.
  for (let turn = 0; turn < longest; turn += 1)
    for (const index of indices) {
      const delta = perChoice[index]?.[turn];
      if (delta !== undefined) add("content", index, delta, null);
    }
  for (const index of indices) add("end", index, {}, said.finish);
  if (withUsage)
    pieces.push({
      part: "end",
      bytes: sseEvent({ ...base, choices: [], usage: openAiUsage(said, choices) }),
    });
  pieces.push({ part: "end", bytes: "data: [DONE]\n\n" });
  return pieces;
}

/** Answers `POST /v1/chat/completions`. */
export const answerChat: Answerer = (ask, server): Reply => {
  const prompt = readPrompt(ask);
  const said = say(server.name, prompt);
  const choices = countOf(ask.fields["n"], 1, maxChoices);
  if (choices === null) return countError("openai", "n", maxChoices);
  const base = {
    id: `chatcmpl-${idOf(prompt.model + prompt.allText)}`,
    object: "chat.completion",
    created: CREATED,
    model: prompt.model,
    system_fingerprint: "fp_fake",
  };
  if (ask.stream ?? ask.fields["stream"] === true) {
    const withUsage = asFields(ask.fields["stream_options"])["include_usage"] === true;
    const chunk = { ...base, object: "chat.completion.chunk" };
    return {
      kind: "stream",
      format: "chat",
      pieces: streamPieces(said, chunk, choices, withUsage),
    };
  }
  const whole = Array.from({ length: choices }, (_, index) => ({
    index,
    message: message(said, index),
    logprobs: null,
    finish_reason: said.finish,
  }));
  return jsonReply({ ...base, choices: whole, usage: openAiUsage(said, choices) });
};
