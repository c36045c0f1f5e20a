// Ollama's embeddings, in its present and its older form.
import type { Answerer } from "./ask.ts";
import { asText, countOf, maxDimensions } from "./fields.ts";
import { DIMENSIONS, inputTexts } from "./openai-embeddings.ts";
import { splitTokens } from "./prompt.ts";
import { countError, jsonReply } from "./reply.ts";
import { vectorOf } from "./vectors.ts";

/** Answers `POST /api/embed`. */
export const answerEmbed: Answerer = ({ fields }) => {
  const texts = inputTexts(fields["input"]);
  const dimensions = countOf(fields["dimensions"], DIMENSIONS, maxDimensions);
  if (dimensions === null) return countError("ollama", "dimensions", maxDimensions);
  return jsonReply({
    model: asText(fields["model"]),
    embeddings: texts.map((text) => vectorOf(text, dimensions)),
    total_duration: 2_000_000,
    load_duration: 1_000_000,
    prompt_eval_count: splitTokens(texts.join(" ")).length,
  });
};

/** Answers `POST /api/embeddings`, which takes one prompt. */
export const answerOldEmbeddings: Answerer = ({ fields }) =>
  jsonReply({ embedding: vectorOf(asText(fields["prompt"]), DIMENSIONS) });
