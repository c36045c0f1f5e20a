// Ollama's chat and generate, streamed (its default) and whole.
import { CREATED, type Answerer, type Ask } from "./ask.ts";
import { asFields, asList, asNumber, asText, type Fields } from "./fields.ts";
import { promptMessages, readTools, say, splitTokens, type Prompt, type Said } from "./prompt.ts";
import { jsonReply, type ReplyPiece, type Reply } from "./reply.ts";

const MILLISECOND = 1_000_000;

/** RFC 3339 with nanoseconds, as Go prints it; the same in every answer. */
export const CREATED_AT = `${new Date(CREATED * 1000).toISOString().slice(0, 19)}.123456789Z`;

const thinkingPlace = (fields: Fields): Prompt["thinking"] => {
  if (fields["think"] === undefined || fields["think"] === null) return "inline";
  return fields["think"] === false ? "none" : "apart";
};

function common(ask: Ask): Pick<Prompt, "model" | "json" | "thinking" | "maxTokens" | "content"> {
  const { fields } = ask;
  const { format } = fields;
  const limit = asNumber(asFields(fields["options"])["num_predict"]) ?? -1;
  return {
    model: asText(fields["model"]),
    json: format === "json" ? true : typeof format === "object" ? (format ?? undefined) : undefined,
    thinking: thinkingPlace(fields),
    // Negative means without limit (Ollama's Modelfile reference, num_predict).
    maxTokens: limit < 0 ? undefined : limit,
    content: ask.content,
  };
}

/** The counts and durations (ns) of a last event: a millisecond a token, always. */
const statistics = (said: Said): Fields => ({
  total_duration: (2 + said.promptTokens + said.completionTokens) * MILLISECOND,
  load_duration: MILLISECOND,
  prompt_eval_count: said.promptTokens,
  prompt_eval_duration: said.promptTokens * MILLISECOND,
  eval_count: said.completionTokens,
  eval_duration: said.completionTokens * MILLISECOND,
});

interface Shape {
  readonly model: string;
  /** The fields that hold a piece of text, of thinking, or tool calls. */
  readonly hold: (text: string, thinking: string, calls: readonly object[]) => Fields;
  /** Further fields of the last event. */
  readonly last: Fields;
}

function render(ask: Ask, said: Said, shape: Shape): Reply {
  const head = { model: shape.model, created_at: CREATED_AT };
  const reason = said.finish === "length" ? "length" : "stop";
  const end = { done: true, done_reason: reason, ...shape.last, ...statistics(said) };
  const calls = said.toolCalls.map((call) => ({
    function: { name: call.name, arguments: call.arguments },
  }));
  if (!(ask.stream ?? ask.fields["stream"] !== false)) {
    const held = shape.hold(said.tokens.join(""), said.reasoning.join(""), calls);
    return jsonReply({ ...head, ...held, ...end });
  }
  const line = (part: ReplyPiece["part"], held: Fields, state: Fields): ReplyPiece => ({
    part,
    bytes: `${JSON.stringify({ ...head, ...held, ...state })}\n`,
  });
  const more = { done: false };
  return {
    kind: "stream",
    format: "ndjson",
    pieces: [
      ...said.reasoning.map((token) => line("content", shape.hold("", token, []), more)),
      ...said.tokens.map((token) => line("content", shape.hold(token, "", []), more)),
      ...calls.map((call) => line("content", shape.hold("", "", [call]), more)),
      line("end", shape.hold("", "", []), end),
    ],
  };
}

/** A request without anything to say loads a model, or with `keep_alive: 0` unloads it. */
function loading(ask: Ask, held: Fields): Reply {
  const reason = ask.fields["keep_alive"] === 0 ? "unload" : "load";
  const model = ask.fields["model"];
  return jsonReply({ model, created_at: CREATED_AT, ...held, done: true, done_reason: reason });
}

/** Answers `POST /api/chat`. */
export const answerOllamaChat: Answerer = (ask, server) => {
  const { fields } = ask;
  if (asList(fields["messages"]).length === 0)
    return loading(ask, { message: { role: "assistant", content: "" } });
  const prompt: Prompt = {
    ...common(ask),
    ...promptMessages(fields["messages"]),
    tools: readTools(fields["tools"]),
  };
  return render(ask, say(server.name, prompt), {
    model: prompt.model,
    last: {},
    hold: (content, thinking, calls) => ({
      message: {
        role: "assistant",
        content,
        ...(thinking === "" ? {} : { thinking }),
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      },
    }),
  });
};

/** Answers `POST /api/generate`; a suffix is named, the context counts the prompt's tokens. */
export const answerOllamaGenerate: Answerer = (ask, server) => {
  const { fields } = ask;
  const text = asText(fields["prompt"]);
  if (text === "") return loading(ask, { response: "" });
  const allText = [asText(fields["system"]), text, asText(fields["suffix"])].join(" ").trim();
  const prompt: Prompt = {
    ...common(ask),
    allText,
    lastUserText: text,
    images: asList(fields["images"]).length,
    tools: [],
  };
  const known = asList(fields["context"]).length;
  return render(ask, say(server.name, prompt), {
    model: prompt.model,
    last: { context: Array.from({ length: known + splitTokens(allText).length }, (_, i) => i + 1) },
    hold: (response, thinking) => ({ response, ...(thinking === "" ? {} : { thinking }) }),
  });
};
