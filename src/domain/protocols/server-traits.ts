// What a /v1 server accepts beyond, or refuses of, OpenAI's published API.

export interface ServerTraits {
  /** It takes fields that OpenAI does not define, or ignores them. Servers that people run do. */
  readonly extras: boolean;
  /** Fields of a chat that go by another name here; null: it refuses the field. */
  readonly chatNames: ReadonlyMap<string, string | null>;
}

const open: ServerTraits = { extras: true, chatNames: new Map() };

function strict(names: Readonly<Record<string, string | null>> = {}): ServerTraits {
  return { extras: false, chatNames: new Map(Object.entries(names)) };
}

/** OpenAI's reasoning models refuse `max_tokens`; all its models take the newer name. */
const openAi = strict({ max_tokens: "max_completion_tokens" });

/** Hosted services that answer 400 or 422 to a field they do not know. */
const strictHosts: ReadonlyMap<string, ServerTraits> = new Map([
  ["openai.com", openAi],
  ["openai.azure.com", openAi],
  ["cognitiveservices.azure.com", openAi],
  ["groq.com", strict()],
  ["googleapis.com", strict()],
  // Streams end with usage there without being asked.
  ["mistral.ai", strict({ seed: "random_seed", stream_options: null })],
]);

/** The traits of a server; anything but a hosted service known to be strict counts as open.
 * @param baseUrl absolute, as in `Server.baseUrl` */
export function serverTraits(baseUrl: string): ServerTraits {
  const { hostname } = new URL(baseUrl);
  for (const [host, traits] of strictHosts)
    if (hostname === host || hostname.endsWith(`.${host}`)) return traits;
  return open;
}
