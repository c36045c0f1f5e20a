// URLs that name one call of an API where its base URL is wanted: the commonest slip in a server's `url`.
import type { ServerType } from "../routing/types.ts";

/** Calls of OpenAI's and Anthropic's APIs; the longer of two that end alike first. */
const openAiEndpoints = [
  "/chat/completions",
  "/completions",
  "/messages",
  "/responses",
  "/embeddings",
  "/models",
  "/moderations",
  "/rerank",
  "/images/generations",
  "/audio/speech",
  "/audio/transcriptions",
] as const;

/** Calls of Ollama's API, and what they all begin with. */
const ollamaEndpoints = [
  "/api/chat",
  "/api/generate",
  "/api/embed",
  "/api/embeddings",
  "/api/tags",
  "/api/show",
  "/api/ps",
  "/api/version",
  "/api",
] as const;

/** Ollama's calls that no other server has under a base URL of its own (Open WebUI's ends in `/api`). */
const onlyOllama = ["/api/generate", "/api/tags"] as const;

const endpoints: Readonly<Record<ServerType, readonly string[]>> = {
  openai: [...openAiEndpoints, ...onlyOllama],
  ollama: [...ollamaEndpoints, ...openAiEndpoints],
};

/**
 * The call that a URL's path ends in; null where it is a base.
 * @param path without a trailing slash
 */
export function endpointIn(path: string, type: ServerType): string | null {
  return endpoints[type].find((endpoint) => path.endsWith(endpoint)) ?? null;
}
