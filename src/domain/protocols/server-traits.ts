// What a /v1 server accepts beyond, or refuses of, OpenAI's published API.
import type { Server } from "../routing/types.ts";

export interface ServerTraits {
  /** It takes fields that OpenAI does not define, or ignores them. Servers that people run do. */
  readonly extras: boolean;
  /** Fields of a chat that go by another name here; null: it refuses the field. */
  readonly chatNames: ReadonlyMap<string, string | null>;
  /** It takes instructions within a conversation. Templates of open models want one, at the start. */
  readonly inlineSystem: boolean;
  /** A chat's messages may hold files. */
  readonly files: boolean;
  /** How many stop sequences it takes; null: any number. */
  readonly maxStops: number | null;
  /**
   * How it is made to go on with an assistant's message that stands last: by fields, by a mark on the
   * message, without more; `none`: it answers anew.
   */
  readonly prefill: "asked" | "marked" | "plain" | "none";
  /** The longest answer that it gives, in tokens; null: nobody says. */
  readonly maxOutputTokens: number | null;
}

const open: ServerTraits = {
  extras: true,
  chatNames: new Map(),
  inlineSystem: false,
  files: false,
  maxStops: null,
  prefill: "asked",
  maxOutputTokens: null,
};

function strict(
  names: Readonly<Record<string, string | null>> = {},
  more: Partial<ServerTraits> = {},
): ServerTraits {
  return {
    ...open,
    extras: false,
    chatNames: new Map(Object.entries(names)),
    prefill: "none",
    ...more,
  };
}

/** OpenAI's reasoning models refuse `max_tokens`; all its models take the newer name. */
const openAi = strict(
  { max_tokens: "max_completion_tokens" },
  { inlineSystem: true, files: true, maxStops: 4 },
);

/** Hosted services that answer 400 or 422 to a field they do not know. */
const strictHosts: ReadonlyMap<string, ServerTraits> = new Map([
  ["openai.com", openAi],
  ["openai.azure.com", openAi],
  ["cognitiveservices.azure.com", openAi],
  ["groq.com", strict({}, { prefill: "plain" })],
  ["googleapis.com", strict()],
  // Streams end with usage there without being asked.
  [
    "mistral.ai",
    strict({ seed: "random_seed", stream_options: null, user: null }, { prefill: "marked" }),
  ],
]);

/** The traits of a server as the routes file describes it. */
export function traitsOf({
  baseUrl,
  maxOutputTokens,
}: Pick<Server, "baseUrl" | "maxOutputTokens">): ServerTraits {
  const traits = serverTraits(baseUrl);
  return maxOutputTokens === null ? traits : { ...traits, maxOutputTokens };
}

/** The traits of a host; anything but a hosted service known to be strict counts as open.
 * @param baseUrl absolute, as in `Server.baseUrl` */
export function serverTraits(baseUrl: string): ServerTraits {
  const { hostname } = new URL(baseUrl);
  for (const [host, traits] of strictHosts)
    if (hostname === host || hostname.endsWith(`.${host}`)) return traits;
  return open;
}
