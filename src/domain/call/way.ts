// How a server is asked in a client's protocol: as the call comes, translated, or not at all; and why.
import type { ProtocolName } from "./endpoint.ts";

export interface Way {
  /** `none`: the server speaks nothing that the call could be translated into. */
  readonly kind: "native" | "translated" | "none";
  readonly from: ProtocolName;
  /** What the server is asked in; that of the call where nobody could be asked. */
  readonly into: ProtocolName;
  readonly because: WayReason;
}

/** The server's type, `speaks` in the routes file, or what the server's own answer showed lately. */
export type WayReason = "type" | "speaks" | "learned";

/** Protocols as the routes file, rows and pages name them. */
export const protocolWords: Readonly<Record<ProtocolName, string>> = {
  "openai-chat": "chat",
  "openai-responses": "responses",
  "anthropic-messages": "messages",
  ollama: "ollama",
};

/** In one word, as rows have it: `native`, `messages>chat`; a call that could not go says where from only. */
export function wayWord({ kind, from, into }: Way): string {
  if (kind === "native") return "native";
  return `${protocolWords[from]}>${kind === "none" ? "" : protocolWords[into]}`;
}

/** In words, with the reason. @param type the server's */
export function wayInWords({ kind, from, into, because }: Way, type: string): string {
  const spoken = protocolWords[from];
  const why =
    because === "type" ? `type ${type}` : because === "speaks" ? "speaks" : showed(spoken);
  switch (kind) {
    case "native":
      return `native ${spoken} (${why})`;
    case "translated":
      return `${spoken} translated to ${protocolWords[into]} (${why})`;
    case "none":
      return `cannot be asked: it does not speak ${spoken} (${why})`;
  }
}

function showed(spoken: string): string {
  return `its answer showed that it does not speak ${spoken}`;
}
