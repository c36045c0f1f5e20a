// The fields of a row of the log as the read API gives them, and the parts that its schemas are made of.
import { type TProperties, type TSchema, Type } from "@sinclair/typebox";

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const wholeNumber = (description: string) => Type.Integer({ minimum: 0, description });
export const text = (description: string) => Type.String({ description });
export const maybeText = (description: string) => nullable(text(description));
export const time = "ISO 8601 UTC with ms";
// Open, as a field may be added at any time and must not break whoever validates.
export const object = <T extends TProperties>(properties: T, description?: string) =>
  Type.Object(properties, description === undefined ? {} : { description });

const headers = (description: string) =>
  Type.Array(Type.Tuple([Type.String(), Type.String()]), {
    description: `${description}; pairs in the order received, secrets as \`[redacted]\``,
  });

const attemptSchema = object({
  upstream: text("server name, `default`, or the URL's origin"),
  upstream_url: text("address called"),
  model: maybeText("name sent"),
  protocol: maybeText(
    "`native`, or from what into what it was translated (`messages>chat`); null: its turn never came, or the row is of an older version",
  ),
  protocol_reason: maybeText(
    "why so: `type` of the server, its `speaks`, `learned` from its own answer, its `host`, the `server`'s software by its model list, or the request's `contents`; null likewise",
  ),
  status: nullable(Type.Integer({ description: "the upstream's; null where no answer came" })),
  error: maybeText("in words; null where it served, unless its stream had to be ended for it"),
  reason: text(
    "`served`, or what failed: `refused`, `reset`, `status`, `no_end` and the like; `outrun`: another candidate that was asked at the same time was faster",
  ),
  started_at: text(time),
  connect_ms: nullable(Type.Number({ description: "where a connection was watched being made" })),
  ttft_ms: nullable(Type.Number({ description: "from the attempt's start to its first content" })),
  duration_ms: Type.Number(),
  changed: Type.Optional(
    Type.Array(Type.String(), {
      description:
        "fields of the request that `params` changed on its way there: `added: temperature`, `replaced: options.num_ctx`, `dropped: seed`; absent: none",
    }),
  ),
});

export const stateSchema = Type.Union([
  Type.Literal("inflight"),
  Type.Literal("completed"),
  Type.Literal("failed"),
  Type.Literal("cancelled"),
  Type.Literal("interrupted"),
]);
export const serviceSchema = Type.Union([
  Type.Literal("openai"),
  Type.Literal("anthropic"),
  Type.Literal("ollama"),
]);

export const logStates = stateSchema.anyOf.map((state) => state.const);
export const serviceTypes = serviceSchema.anyOf.map((service) => service.const);

export const routerSchema = object(
  { id: text("UUID"), name: text("`INSTANCE_NAME`, which two may share") },
  "the router that answered it; present where several share the log",
);

export const rowFields = {
  id: text("UUIDv7; the answer's `X-Request-Id`"),
  timestamp: text(`when the request was read; ${time}`),
  completed_at: maybeText(`when the call ended; null in flight; ${time}`),
  state: stateSchema,
  source_ip: text("the client's address"),
  method: Type.String(),
  path: text("with its query, secrets redacted"),
  service_type: serviceSchema,
  user_agent: nullable(Type.String()),
  auth_user: maybeText("`sub` of the client's token"),
  original_model: maybeText("as the client asked"),
  mapped_model: maybeText("as sent upstream"),
  upstream: maybeText("server that answered: its name, `default`, or the URL's origin"),
  upstream_url: nullable(Type.String()),
  upstream_request_id: maybeText("the upstream's own `X-Request-Id`"),
  held: nullable(
    Type.Literal("partial", {
      description: "the answer was too large to hold back whole, and was committed unchecked",
    }),
  ),
  route: maybeText("`alias:NAME`, `rule:N`, `direct`, `discovered`, `default`"),
  protocol: maybeText("that of the attempt that answered, or was made last"),
  attempts: Type.Array(attemptSchema, { description: "in the order made" }),
  dropped: Type.Array(Type.String(), { description: "fields a translation could not carry" }),
  warnings: Type.Array(Type.String(), {
    description:
      "what did not stop the call: `malformed_event`, or a field that its server wants and the client did not send (`added: max_tokens`), or why an answer could not be judged by its request's schema (`not_judged: …`); of the answer: `reply_cut` at its length limit, `prompt_truncated`: the upstream counted far fewer tokens of the prompt than were sent, or as many as its context holds, `repeated` over and over, `slow_load` of the model, 3 s or more, as Ollama says",
  }),
  resent_from: maybeText("id of the request that this one repeats (send again)"),
  stream: Type.Boolean(),
  status_code: nullable(Type.Integer({ description: "as the client saw it; 499 where it left" })),
  error_message: nullable(Type.String()),
  duration_ms: nullable(Type.Number()),
  ttft_ms: nullable(Type.Number({ description: "to the first content; null for plain calls" })),
  prompt_tokens: nullable(
    wholeNumber(
      "as the upstream reports, what was read from and written to a cache included; else estimated",
    ),
  ),
  completion_tokens: nullable(wholeNumber("as the upstream reports, else estimated")),
  total_tokens: nullable(wholeNumber("as the upstream reports, else the sum")),
  tokens_estimated: Type.Boolean({ description: "at least one of the counts is an estimate" }),
  cached_tokens: nullable(
    wholeNumber("of the prompt, what was read from a cache; null: not reported"),
  ),
  reasoning_tokens: nullable(
    wholeNumber("of the completion, what was thinking; null: not reported"),
  ),
  finish_reason: maybeText(
    "`stop`, `length`, `tool_calls`, `content_filter`, whatever the format; another word of the upstream's stays as it came",
  ),
  cost: nullable(
    Type.Number({
      description: "USD, by the counts of the attempt that answered; null: it cannot be priced",
    }),
  ),
  thread_id: maybeText("UUID of the conversation or session that the call belongs to"),
  turns_key: maybeText(
    "16 hex digits that stand for all turns of the request: calls of a thread that have the same asked the same",
  ),
  client: maybeText("the client's program, `name/version` or `name`, as its User-Agent says"),
  asked: maybeText("the last words asked, in one line"),
  request_size: wholeNumber("bytes received from the client"),
  response_size: wholeNumber("bytes received from the upstream"),
  request_headers: headers("as received from the client"),
  response_headers: headers("of the answer"),
  instance: Type.Optional(routerSchema),
};

/** A row of a list. */
export const listedSchema = object({
  ...rowFields,
  match: Type.Optional(
    object(
      {
        in: Type.Union([
          Type.Literal("id"),
          Type.Literal("model"),
          Type.Literal("upstream"),
          Type.Literal("user"),
          Type.Literal("address"),
          Type.Literal("error"),
          Type.Literal("request"),
          Type.Literal("response"),
          Type.Literal("path"),
        ]),
        text: text("one line around the place, at most 160 UTF-16 code units"),
        at: Type.Array(Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 1 })]), {
          description:
            "what of the text was searched for, in order: from and to, the second exclusive, in UTF-16 code units (as JavaScript counts)",
        }),
      },
      "where the call has what `q` asks for and `asked` does not say; absent where `asked` says it, without `q`, and where the bodies are not there or there are too many on the page to be read in time",
    ),
  ),
});

const base64 = Type.Optional(
  Type.Literal("base64", { description: "present where the body is not UTF-8" }),
);

export const detailSchema = object({
  ...rowFields,
  request_body: maybeText("as received from the client"),
  request_body_encoding: base64,
  request_body_truncated: Type.Boolean({ description: "truncated" }),
  response_body: maybeText("as received from the upstream"),
  response_body_encoding: base64,
  response_body_truncated: Type.Boolean({ description: "truncated" }),
  response_body_clean: Type.Optional(
    Type.String({
      description:
        "as the client got it; present where that is not what came: changed by a cleaner or a translation, or the router's own words",
    }),
  ),
  response_body_clean_truncated: Type.Optional(
    Type.Literal(true, { description: "present where it was truncated" }),
  ),
});
