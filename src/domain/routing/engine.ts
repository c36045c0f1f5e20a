// Which software serves models, as far as its model list gives it away.
import type { ListedModel } from "./model-list.ts";

export type Engine =
  | "vllm"
  | "sglang"
  | "llama.cpp"
  | "litellm"
  | "llama-swap"
  | "lm-studio"
  | "ollama";

/** How each calls itself as its models' owner. */
const owners: ReadonlyMap<string, Engine> = new Map([
  ["vllm", "vllm"],
  ["sglang", "sglang"],
  ["llamacpp", "llama.cpp"],
  ["llama-swap", "llama-swap"],
  ["organization_owner", "lm-studio"],
  // The namespace of models from Ollama's own registry.
  ["library", "ollama"],
]);

/** LiteLLM dates all models so, and gives them to OpenAI. */
const liteLlmsDate = 1_677_610_602;

/** @param models a server's list; null: it is none of these, or nobody knows */
export function engineOf(models: readonly Pick<ListedModel, "owner" | "created">[]): Engine | null {
  const [first] = models;
  if (first === undefined) return null;
  const engine = owners.get(first.owner ?? "");
  if (engine !== undefined) return engine;
  const isLiteLlm = models.every(
    ({ owner, created }) => owner === "openai" && created === liteLlmsDate,
  );
  return isLiteLlm ? "litellm" : null;
}
