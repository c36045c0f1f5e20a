// What a server speaks, in words.
import type { Server, ServerType } from "../../../domain/routing/types.ts";
import type { AskedProtocol } from "../../../ports/browse.ts";

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

/** How it is asked now: what it speaks, and each protocol that is translated for it. */
export function askedInWords(protocols: readonly AskedProtocol[]): readonly string[] {
  const native = protocols.filter(({ way }) => way === "native");
  const words = native
    .map(({ protocol, reason }) => (reason === "contents" ? `${protocol} in part` : protocol))
    .join(", ");
  const phrases = words === "" ? [] : [`speaks ${words}`];
  for (const { protocol, way, reason } of protocols) {
    const [, into] = way.split(">");
    if (into === undefined || into === "") continue;
    const why =
      reason === "learned"
        ? ", as its answer showed"
        : reason === "server"
          ? ", as its model list says"
          : "";
    phrases.push(`${protocol} → ${into}${why}`);
  }
  return phrases;
}
