// What an entry of a model list says of the model, in the many words that servers have for it.
import { isRecord, type JsonRecord } from "../bytes/json.ts";

export interface ModelFacts {
  /** In tokens; null where the list does not say. */
  readonly contextLength: number | null;
  readonly parameterCount: number | null;
  /** As in a GGUF file's `general.architecture`. */
  readonly architecture: string | null;
  readonly vision: boolean;
  readonly thinking: boolean;
  /** It makes vectors, not text. */
  readonly embeds: boolean;
}

export const noFacts: ModelFacts = {
  contextLength: null,
  parameterCount: null,
  architecture: null,
  vision: false,
  thinking: false,
  embeds: false,
};

/**
 * Ways to the length of the context; the first that leads to a number counts. What a server has
 * loaded says more than what a model could take.
 */
const contextPaths: readonly (readonly string[])[] = [
  ["max_model_len"], // vLLM, SGLang
  ["meta", "n_ctx"], // llama.cpp
  ["loaded_context_length"], // LM Studio
  ["top_provider", "context_length"], // OpenRouter
  ["context_length"], // OpenRouter, Together
  ["max_context_length"], // LM Studio, Mistral
  ["context_window"], // Groq
  ["max_input_tokens"], // Anthropic, LiteLLM
  ["meta", "n_ctx_train"], // llama.cpp, older
];

const architecturePaths: readonly (readonly string[])[] = [
  ["arch"], // LM Studio
  ["architecture"],
  ["details", "family"], // Ollama
];

/** Lists of what a model takes or can do. */
const wordPaths: readonly (readonly string[])[] = [
  ["capabilities"], // llama.cpp, Ollama
  ["architecture", "input_modalities"], // OpenRouter, llama.cpp
  ["input_modalities"],
  ["supported_parameters"], // OpenRouter
];

const visionWords = ["vision", "image", "multimodal"];
const thinkingWords = ["thinking", "reasoning", "include_reasoning"];

/**
 * @param entry of a `/v1/models` list
 * @param beside the model's entry under `models`, where a server has both forms (llama.cpp)
 */
export function readFacts(entry: JsonRecord, beside: JsonRecord | null = null): ModelFacts {
  const type = entry["type"];
  const words = [entry, beside ?? {}].flatMap((said) =>
    wordPaths.flatMap((path) => texts(at(said, path))),
  );
  const able = (names: readonly string[]) =>
    names.some((name) => words.includes(name) || isAble(at(entry, ["capabilities", name])));
  return {
    contextLength: first(entry, contextPaths, amount),
    parameterCount: amount(at(entry, ["meta", "n_params"])),
    architecture: first(entry, architecturePaths, text),
    vision: able(visionWords) || type === "vlm",
    thinking: able(thinkingWords),
    embeds: type === "embedding" || type === "embeddings",
  };
}

function at(entry: unknown, path: readonly string[]): unknown {
  let value = entry;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return value;
}

function first<Value>(
  entry: JsonRecord,
  paths: readonly (readonly string[])[],
  read: (value: unknown) => Value | null,
): Value | null {
  for (const path of paths) {
    const value = read(at(entry, path));
    if (value !== null) return value;
  }
  return null;
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function texts(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `true`, or an object that says how (LM Studio, Anthropic). */
function isAble(value: unknown): boolean {
  return value === true || (isRecord(value) && value["supported"] !== false);
}
