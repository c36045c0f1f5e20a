// Every key of the routes file: what it takes, what it is by default, what it means. Parsing knows
// the keys from here, and docs/configuration.md its tables (`bun scripts/docs.ts`), so they cannot drift.

export interface KeyNote {
  /** What may be written, in words or as an example. */
  readonly takes: string;
  /** Where the key is left out; null: nothing to say. */
  readonly default: string | null;
  readonly meaning: string;
}

type Keys = Readonly<Record<string, KeyNote>>;

export const serverKeys = {
  url: {
    takes: "http(s) URL",
    default: "required",
    meaning:
      "the base URL, without user name, password or query: without a path, or with one that ends in `/v1`, it gets `/v1/…`; one with another path is an SDK's base URL, to which what follows `/v1` in the request's path is added; before an Ollama server it is a prefix",
  },
  type: {
    takes: "`openai`, `ollama`, `anthropic`",
    default: "`ollama` for port 11434, else `openai`",
    meaning: "the API that the server speaks natively",
  },
  speaks: {
    takes: "list of `chat`, `responses`, `messages`, or a mapping of these",
    default: "by `type`",
    meaning:
      "a list: all that the server speaks; a mapping: `native`, `translate` or the API's own path, of each that it names. A client of an API that the server does not speak is translated for",
  },
  api_key: {
    takes: "text",
    default: "none",
    meaning:
      "sent in place of the client's own: as bearer token, to the Messages API (also) as `x-api-key`",
  },
  headers: {
    takes: "mapping",
    default: "none",
    meaning: "sent with every request, in place of the client's of the same name",
  },
  max_concurrency: {
    takes: "whole number from 1",
    default: "no limit",
    meaning: "requests at once; more wait in a queue, first come first served",
  },
  max_queue: {
    takes: "whole number",
    default: "`100`",
    meaning: "requests that may wait in the queue; beyond that, 503; `0`: none waits",
  },
  max_output_tokens: {
    takes: "whole number from 1",
    default: "no limit; `8192` where the Messages API wants one",
    meaning:
      "tokens of the longest answer that a translated call may ask for: a higher `max_tokens` is lowered, and where Anthropic's API wants one that the client did not send, it is this",
  },
  ca: {
    takes: "path",
    default: "none",
    meaning: "PEM file of a private certificate authority",
  },
  insecure: {
    takes: "boolean",
    default: "`false`",
    meaning: "`true`: the server's certificate is not checked",
  },
  proxy: {
    takes: "http(s) URL",
    default: "none",
    meaning:
      "an outgoing HTTP proxy, with user name and password where it needs them (never shown); `HTTP_PROXY` and `NO_PROXY` are ignored",
  },
  prices: {
    takes: "mapping",
    default: "none",
    meaning: "what its models cost, before the [prices](#prices) of all servers",
  },
} as const satisfies Keys;

export const priceKeys = {
  input: {
    takes: "USD for a million tokens",
    default: "required",
    meaning: "of the prompt",
  },
  cached: {
    takes: "USD for a million tokens",
    default: "as `input`",
    meaning: "of the prompt's part that was read from a cache",
  },
  output: {
    takes: "USD for a million tokens",
    default: "required",
    meaning: "of the completion, thinking included; `0` for embeddings",
  },
} as const satisfies Keys;

/** Under the routes file's `prices`, beside models: nothing else there is a number. */
export const budgetKeys = {
  monthly_budget: {
    takes: "USD, above 0",
    default: "none",
    meaning:
      "what all calls of a calendar month may cost; the dashboard shows how much of it is spent",
  },
} as const satisfies Keys;

export const aliasKeys = {
  instances: {
    takes: "list of instances",
    default: "required",
    meaning: "tried one after the other until one answers",
  },
  balance: {
    takes: "`order`, `spread`, `warm`",
    default: "`order`",
    meaning:
      "which is tried first: `order`: as written; `spread`: the least busy, by calls running for each `weight`, equal ones in turn; `warm`: those that have the model loaded, then as written",
  },
} as const satisfies Keys;

export const instanceKeys = {
  server: { takes: "server's name", default: "this or `url`", meaning: "a configured server" },
  url: {
    takes: "http(s) URL",
    default: "this or `server`",
    meaning: "a server that has no entry of its own; as `url` of a server",
  },
  model: {
    takes: "text",
    default: "the alias's own name",
    meaning: "the name that is sent",
  },
  weight: {
    takes: "number from 1",
    default: "`1`",
    meaning: "with `balance: spread`: calls that it takes for each that one of weight 1 takes",
  },
} as const satisfies Keys;

export const matchKeys = {
  model: {
    takes: "text or `/regex/`",
    default: null,
    meaning:
      "the request's model is this text, or the pattern is found in it; never for a request without a model",
  },
  source_host: {
    takes: "address, CIDR, range",
    default: null,
    meaning:
      "the client's address is this one, or in this CIDR (`10.0.1.0/24`) or range (`10.0.1.1-10.0.1.9`); IPv4 and IPv6",
  },
  path: {
    takes: "text or `/regex/`",
    default: null,
    meaning: "as `model`, for the request's path without its query",
  },
  user: {
    takes: "text or `/regex/`",
    default: null,
    meaning: "as `model`, for the `sub` of the client's token",
  },
  header: {
    takes: "`{ name: value }`",
    default: null,
    meaning: "the request has these headers with these values (text or `/regex/`)",
  },
} as const satisfies Keys;

export const routeKeys = {
  upstream: {
    takes: "server's name or URL",
    default: "this, `model` or both",
    meaning: "where the request goes; a URL as `url` of a server",
  },
  model: {
    takes: "text",
    default: "the request's own",
    meaning: "the name that is sent; without `upstream` the rule renames, and the name goes on",
  },
} as const satisfies Keys;

/** On a server, an alias, an instance of one, or a route. */
export const handlingKeys = {
  strip_thinking: {
    takes: "`true` or `strip`, `false` or `keep`, `move`",
    default: "`STRIP_THINKING`",
    meaning: "what becomes of reasoning blocks in answers",
  },
  strip_json_markdown: {
    takes: "boolean",
    default: "`STRIP_JSON_MARKDOWN`",
    meaning: "unwrap fenced JSON in answers",
  },
  disable_thinking: {
    takes: "boolean",
    default: "`DISABLE_THINKING`",
    meaning: "append the `/no_think` hint to prompts",
  },
  thinking_prefilled: {
    takes: "boolean",
    default: "`false`",
    meaning: "answers begin inside a thinking block",
  },
  commit: {
    takes: "`first_content`, `first_answer`, `full`",
    default: "`first_content`",
    meaning:
      "how much of an answer is held before it is sent, so that it can still fail over; `first_answer` holds reasoning, too",
  },
  on_break: {
    takes: "`event`, `reset`",
    default: "`event`",
    meaning:
      "how a client learns that a stream broke after it began: by an error event, or by a reset connection",
  },
  retries: {
    takes: "0 to 10",
    default: "`0`",
    meaning: "retries on the same server after a transient failure",
  },
  stop_on: {
    takes: "list of error codes",
    default: "none",
    meaning: "upstream errors that end the chain and are passed on",
  },
  connect_timeout: {
    takes: "seconds",
    default: "`CONNECT_TIMEOUT`",
    meaning: "to reach the server at all",
  },
  first_token_timeout: {
    takes: "seconds, or empty: wait",
    default: "`FIRST_TOKEN_TIMEOUT`",
    meaning: "until an answer's first content, where another candidate is left",
  },
  race_after: {
    takes: "seconds, or empty: never",
    default: "never",
    meaning:
      "without content until the next candidate with a free permit is asked as well; the first content wins, and the other is let go",
  },
  request_timeout: {
    takes: "seconds",
    default: "`REQUEST_TIMEOUT`",
    meaning: "of silence until the server counts as failed",
  },
  require: {
    takes: "list of `content`, `json`, `schema`",
    default: "none",
    meaning:
      "what an answer has to have, else the next candidate is asked; holds the whole answer, as `commit: full` does; see [fitness](failover.md#answers-that-are-not-fit)",
  },
  params: {
    takes: "`{ set: {…}, default: {…}, drop: […] }`",
    default: "none",
    meaning:
      "fields of the request that are changed before it goes upstream, in the upstream's own protocol; see [params](#params)",
  },
} as const satisfies Keys;

export type MatchKey = keyof typeof matchKeys;
export type HandlingKey = keyof typeof handlingKeys;
