// What a server's 400 refuses of a translated request that it could do without: then it is asked again, without.

/**
 * Fields that translations write as the client wished, or of their own accord, and can leave out: their
 * names say in which texts they are meant.
 */
const optional = [
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "presence_penalty",
  "frequency_penalty",
  "repeat_penalty",
  "repetition_penalty",
  "reasoning_effort",
  "chat_template_kwargs",
  "parallel_tool_calls",
  "logprobs",
  "top_logprobs",
  "stream_options",
  "cache_control",
  "reasoning_content",
  "verbosity",
  "service_tier",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
];

/** Names that are words, too: a message that means the field quotes them. */
const quoted = [
  "seed",
  "stop",
  "user",
  "strict",
  "thinking",
  "effort",
  "summary",
  "metadata",
  "moderation",
  "include",
];

const refuses =
  /unsupported|not (be )?supported|does ?n[o']t support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|deprecated|extra (inputs|fields)/i;

/** DeepSeek's and Moonshot's servers want the thinking that led to calls before their results. */
export const unthoughtCalls = "calls without reasoning_content";

/** What else can be done without, by the words in which it is refused. */
const others: readonly (readonly [part: RefusedPart, words: RegExp])[] = [
  [
    "schema",
    /failed to parse grammar|invalid schema|(grammar|schema).*(not supported|unsupported)/i,
  ],
  ["think", /does not support thinking/i],
  ["think: max", /invalid think value: "?max/i],
  ["effort", /does not support the effort parameter/i],
  ["thinking", /adaptive thinking is not supported/i],
  [
    unthoughtCalls,
    /reasoning_content\W.*(missing|must be passed back)|missing.*reasoning_content/i,
  ],
  ["summary", /verified to generate reasoning summaries/i],
  ["role: system", /role '?"?system'?"? is not supported/i],
];

/** A word of thinking's that this model has not, as chats and Responses say it. */
const unknownEffort =
  /(?:reasoning_effort'? does not support|unsupported value:) '(none|minimal|xhigh)'/i;

/** A field of the server's own request, or one of the others. */
export type RefusedPart = string;

/** @returns null: nothing that a request could do without */
export function refusedPart({
  reason,
  status,
  message,
}: {
  readonly reason: string;
  readonly status: number | null;
  readonly message: string;
}): RefusedPart | null {
  if (reason !== "status" || (status !== 400 && status !== 422 && status !== 500)) return null;
  for (const [part, words] of others) if (words.test(message)) return part;
  const [, effort] = unknownEffort.exec(message) ?? [];
  if (effort !== undefined) return `effort: ${effort}`;
  if (status === 500 || !refuses.test(message)) return null;
  return (
    optional.find((name) => new RegExp(`\\b${name}\\b`).test(message)) ??
    quoted.find((name) => new RegExp(`['"\`.]${name}['"\`.]`).test(message)) ??
    null
  );
}
