// OpenAI's embeddings.
import type { Answerer } from "./ask.ts";
import { asList, asText, countOf, maxDimensions } from "./fields.ts";
import { splitTokens } from "./prompt.ts";
import { countError, jsonReply } from "./reply.ts";
import { vectorBase64, vectorOf } from "./vectors.ts";

/** How long vectors are unless the request says so. */
export const DIMENSIONS = 16;

/** The texts that a request's input names: a string, a list of them, or tokens (as their JSON). */
export function inputTexts(input: unknown): readonly string[] {
  if (typeof input === "string") return [input];
  const list = asList(input);
  if (typeof list[0] === "number") return [JSON.stringify(list)];
  return list.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
}

/** Answers `POST /v1/embeddings`, as floats or base64. */
export const answerEmbeddings: Answerer = (ask) => {
  const { fields } = ask;
  const texts = inputTexts(fields["input"]);
  const dimensions = countOf(fields["dimensions"], DIMENSIONS, maxDimensions);
  if (dimensions === null) return countError("openai", "dimensions", maxDimensions);
  const tokens = splitTokens(texts.join(" ")).length;
  const data = texts.map((text, index) => {
    const vector = vectorOf(text, dimensions);
    const embedding = fields["encoding_format"] === "base64" ? vectorBase64(vector) : vector;
    return { object: "embedding", index, embedding };
  });
  return jsonReply({
    object: "list",
    data,
    model: asText(fields["model"]),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
};
