// OpenAI's legacy completions, whole and streamed.
import { CREATED, type Answerer } from "./ask.ts";
import { asFields, asList, asNumber, asText } from "./fields.ts";
import { openAiUsage } from "./openai-chat.ts";
import { idOf, say } from "./prompt.ts";
import { jsonReply, sseEvent, type ReplyPiece } from "./reply.ts";

/** Answers `POST /v1/completions`. */
export const answerCompletion: Answerer = (ask, server) => {
  const { fields } = ask;
  const model = asText(fields["model"]);
  const text = asText(fields["prompt"]) || asText(asList(fields["prompt"])[0]);
  const said = say(server.name, {
    model,
    allText: text,
    lastUserText: text,
    images: 0,
    tools: [],
    thinking: "inline",
    maxTokens: asNumber(fields["max_tokens"]),
    content: ask.content,
  });
  const id = `cmpl-${idOf(model + text)}`;
  const base = { id, object: "text_completion", created: CREATED, model };
  const choice = (token: string, finish: string | null): object => ({
    text: token,
    index: 0,
    logprobs: null,
    finish_reason: finish,
  });
  if (!(ask.stream ?? fields["stream"] === true))
    return jsonReply({
      ...base,
      choices: [choice(said.tokens.join(""), said.finish)],
      usage: openAiUsage(said),
    });
  const event = (part: ReplyPiece["part"], value: object): ReplyPiece => ({
    part,
    bytes: sseEvent({ ...base, ...value }),
  });
  const withUsage = asFields(fields["stream_options"])["include_usage"] === true;
  return {
    kind: "stream",
    format: "completions",
    pieces: [
      ...said.tokens.map((token) => event("content", { choices: [choice(token, null)] })),
      event("end", { choices: [choice("", said.finish)] }),
      ...(withUsage ? [event("end", { choices: [], usage: openAiUsage(said) })] : []),
      { part: "end", bytes: "data: [DONE]\n\n" },
    ],
  };
};
