// The four calls of Ollama's API that have a counterpart under /v1.

export type OllamaPath = "/api/chat" | "/api/generate" | "/api/embed" | "/api/embeddings";

/** Which of the four a request is, and which form its answer takes. */
export type OllamaKind = "chat" | "generate" | "embed" | "embeddings";

const kinds: Readonly<Record<OllamaPath, OllamaKind>> = {
  "/api/chat": "chat",
  "/api/generate": "generate",
  "/api/embed": "embed",
  "/api/embeddings": "embeddings",
};

/** The kind of a path that can be translated. */
export function kindOf(path: OllamaPath): OllamaKind {
  return kinds[path];
}

/** Whether a request on this path can be translated at all. */
export function isTranslatable(path: string): path is OllamaPath {
  return Object.hasOwn(kinds, path);
}
