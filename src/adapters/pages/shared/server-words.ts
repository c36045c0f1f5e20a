// What a server speaks, in words.
import type { Server, ServerType } from "../../../domain/routing/types.ts";

export const typeNames: Readonly<Record<ServerType, string>> = {
  openai: "OpenAI",
  ollama: "Ollama",
  anthropic: "Anthropic",
};

/** What the configuration says of single APIs; none: its type says all. */
export function speaksInWords({ speaks }: Pick<Server, "speaks">): readonly string[] {
  if (speaks === null) return [];
  return [...speaks].map(([speech, way]) => {
    if (way === "translate") return `${speech} translated`;
    return way === "native" ? `speaks ${speech}` : `speaks ${speech} at ${way.path}`;
  });
}
