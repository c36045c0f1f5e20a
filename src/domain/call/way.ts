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

export type WayReason =
  /** The server's type. */
  | "type"
  /** `speaks` in the routes file. */
  | "speaks"
  /** What the server's own answer showed lately. */
  | "learned"
  /** The server's host is of those who made the protocol, or serve all of it. */
  | "host"
  /** The server's software speaks the protocol in part, as its model list gives away. */
  | "server"
  /** What the request holds: only what every server has that speaks the protocol, or more. */
  | "contents";

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

/** In words, with the reason, for any call of its protocol. @param type the server's */
export function wayInWords({ kind, from, into, because }: Way, type: string): string {
  const spoken = protocolWords[from];
  if (because === "contents")
    return `native ${spoken} for texts, images and functions, else translated (contents)`;
  const why = reasons[because](spoken, type);
  switch (kind) {
    case "native":
      return `native ${spoken} (${why})`;
    case "translated":
      return `${spoken} translated to ${protocolWords[into]} (${why})`;
    case "none":
      return `cannot be asked: it does not speak ${spoken} (${why})`;
  }
}

const reasons: Readonly<
  Record<Exclude<WayReason, "contents">, (spoken: string, type: string) => string>
> = {
  type: (_spoken, type) => `type ${type}`,
  speaks: () => "speaks",
  learned: (spoken) => `its answer showed that it does not speak ${spoken}`,
  host: (spoken) => `its host has all of ${spoken}`,
  server: (spoken) => `llama.cpp, by its model list, speaks ${spoken} in part`,
};
