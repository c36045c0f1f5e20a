// What a call's method and path stand for: a value, resolved once where the call comes in.

/** Whose API a call is made in. `openai-chat` is also everything under /v1 that is no other's. */
export type ProtocolName = "openai-chat" | "openai-responses" | "anthropic-messages" | "ollama";

export type EndpointKind =
  | "chat"
  | "completion"
  | "embeddings"
  /** Ollama's newer form of embeddings. */
  | "embed"
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
  | "other"
  /** No call at all: pages, the read API, probes. */
  | "elsewhere";

export interface Endpoint {
  readonly protocol: ProtocolName;
  readonly kind: EndpointKind;
  /** The body can only be a JSON object; where not, one that is none is passed on unread. */
  readonly takesJson: boolean;
  /** A plain 2xx answer has to be JSON that carries no failure. */
  readonly promisesJson: boolean;
  /**
   * Whether answers are streamed unless the request says otherwise, or only where it says so. Null:
   * the protocol has no events for them; what is streamed all the same passes unread.
   */
  readonly streams: "by-default" | "on-request" | null;
  /** Models count tokens here. */
  readonly countsTokens: boolean;
  /** Where a body that has no `model` may name one; null: nowhere. */
  readonly otherModelKey: string | null;
}

/** A row of a protocol's endpoints. */
export interface EndpointRow {
  readonly path: string;
  /** As a POST resolves to it; no other method has to bring JSON. */
  readonly endpoint: Endpoint;
}

type Trait = "takes-json" | "promises-json" | "counts-tokens" | "streams" | "streams-by-default";

/** An endpoint with these traits and no others. */
export function endpoint(
  protocol: ProtocolName,
  kind: EndpointKind,
  ...traits: readonly Trait[]
): Endpoint {
  const has = (trait: Trait) => traits.includes(trait);
  return {
    protocol,
    kind,
    takesJson: has("takes-json"),
    promisesJson: has("promises-json"),
    streams: has("streams-by-default") ? "by-default" : has("streams") ? "on-request" : null,
    countsTokens: has("counts-tokens"),
    otherModelKey: null,
  };
}
