// What a call's path stands for: one table, which everyone asks that treats paths differently.

/** The API that a call is made in. `openai`: everything under /v1 that has no row of its own, too. */
export type ApiName = "openai" | "anthropic" | "ollama";

export type EndpointKind =
  | "chat"
  | "completion"
  | "embeddings"
  | "responses"
  | "messages"
  | "count-tokens"
  /** JSON in, JSON out, no tokens of a language model. */
  | "judging"
  /** JSON in, bytes out. */
  | "media"
  | "generate"
  | "show"
  /** What clients ask of models on an Ollama server: pull, create, copy … */
  | "management"
  | "blob"
  /** What the router answers itself. */
  | "list"
  | "other";

export interface Endpoint {
  readonly api: ApiName;
  readonly kind: EndpointKind;
  /** A POST's body can only be a JSON object; where not, one that is none is passed on unread. */
  readonly takesJson: boolean;
  /** A plain 2xx answer has to be JSON that carries no failure (SPEC section 7). */
  readonly promisesJson: boolean;
  /** Answers are streamed unless the request says otherwise. */
  readonly streamsByDefault: boolean;
  /** Models count tokens here. */
  readonly countsTokens: boolean;
}

type Flag = "takes" | "promises" | "streams" | "counts";

function endpoint(api: ApiName, kind: EndpointKind, ...flags: readonly Flag[]): Endpoint {
  return {
    api,
    kind,
    takesJson: flags.includes("takes"),
    promisesJson: flags.includes("promises"),
    streamsByDefault: flags.includes("streams"),
    countsTokens: flags.includes("counts"),
  };
}

const chat = endpoint("openai", "chat", "takes", "promises", "counts");
const completion = endpoint("openai", "completion", "takes", "promises", "counts");
const judging = endpoint("openai", "judging", "takes", "promises");
const media = endpoint("openai", "media", "takes");
const other = endpoint("openai", "other");
const management = endpoint("ollama", "management", "takes");
const list = endpoint("ollama", "list", "takes");
const blob = endpoint("ollama", "blob");
const unknownOllama = endpoint("ollama", "other", "takes");

/** By what the path ends in: gateways put names of their own before it. */
const openAi: ReadonlyMap<string, Endpoint> = new Map([
  ["/completions", completion],
  ["/embeddings", endpoint("openai", "embeddings", "takes", "promises", "counts")],
  ["/responses", endpoint("openai", "responses", "takes", "promises", "counts")],
  ["/moderations", judging],
  ["/rerank", judging],
]);

/** By the two last parts of the path. */
const openAiPairs: ReadonlyMap<string, Endpoint> = new Map([
  ["/chat/completions", chat],
  ["/images/generations", media],
  ["/audio/speech", media],
]);

const anthropicPath = "/v1/messages";
const messages = endpoint("anthropic", "messages", "takes", "promises", "counts");
const countTokens = endpoint("anthropic", "count-tokens", "takes", "promises");
const otherMessages = endpoint("anthropic", "other");

/** Whole, for OpenAI's threads have messages, too. @param rest what follows `/v1/messages` */
function anthropic(rest: string): Endpoint | null {
  if (rest === "") return messages;
  if (rest === "/count_tokens") return countTokens;
  return rest.startsWith("/") ? otherMessages : null;
}

const ollamaEmbed = endpoint("ollama", "embeddings", "takes", "promises", "counts");

/** Behind `/api/`. */
const ollama: ReadonlyMap<string, Endpoint> = new Map([
  ["chat", endpoint("ollama", "chat", "takes", "promises", "streams", "counts")],
  ["generate", endpoint("ollama", "generate", "takes", "promises", "streams", "counts")],
  ["embed", ollamaEmbed],
  ["embeddings", ollamaEmbed],
  ["show", endpoint("ollama", "show", "takes", "promises")],
  ["tags", list],
  ["ps", list],
  ["version", list],
  ["pull", management],
  ["push", management],
  ["create", management],
  ["copy", management],
  ["delete", management],
]);

const ollamaPrefix = "/api/";

/**
 * What a path stands for.
 * @param path in its plain form, with or without its query
 */
export function endpointOf(path: string): Endpoint {
  const query = path.indexOf("?");
  const plain = query < 0 ? path : path.slice(0, query);
  if (plain.startsWith(ollamaPrefix)) {
    const name = plain.slice(ollamaPrefix.length);
    return ollama.get(name) ?? (name.startsWith("blobs/") ? blob : unknownOllama);
  }
  if (plain.startsWith(anthropicPath)) {
    const found = anthropic(plain.slice(anthropicPath.length));
    if (found !== null) return found;
  }
  const last = plain.lastIndexOf("/");
  const pair = plain.slice(Math.max(0, plain.lastIndexOf("/", last - 1)));
  return openAiPairs.get(pair) ?? openAi.get(plain.slice(Math.max(0, last))) ?? other;
}

/** Whether Ollama's clients ask this path, be it answered here or by a server. */
export function isOllamaPath(path: string): boolean {
  const { api, kind } = endpointOf(path);
  return api === "ollama" && kind !== "other";
}
