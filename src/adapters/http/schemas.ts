// What the read API answers, as JSON schemas: docs/api.md is made from them, and the types below hold
// them equal to the port's.
import { type Static, type TProperties, type TSchema, Type } from "@sinclair/typebox";
import type {
  InFlight,
  LogDetail,
  LogPage,
  LogRow,
  Performance,
  Stats,
  Upstreams,
} from "../../ports/browse.ts";

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const whole = (description: string) => Type.Integer({ minimum: 0, description });
const text = (description: string) => Type.String({ description });
const maybeText = (description: string) => nullable(text(description));
const time = "ISO 8601 UTC with ms";
// Open, as a field may be added at any time and must not break whoever validates.
const object = <T extends TProperties>(properties: T) => Type.Object(properties);

const headers = (description: string) =>
  Type.Array(Type.Tuple([Type.String(), Type.String()]), {
    description: `${description}; pairs in the order received, secrets as \`[redacted]\``,
  });

const attemptSchema = object({
  upstream: text("server name, `default`, or the URL's origin"),
  upstream_url: text("address called"),
  model: maybeText("name sent"),
  status: nullable(Type.Integer({ description: "the upstream's; null where no answer came" })),
  error: maybeText("in words; null where it served, unless its stream had to be ended for it"),
  reason: text("`served`, or what failed: `refused`, `reset`, `status`, `no_end` and the like"),
  started_at: text(time),
  connect_ms: nullable(Type.Number({ description: "where a connection was watched being made" })),
  ttft_ms: nullable(Type.Number({ description: "from the attempt's start to its first content" })),
  duration_ms: Type.Number(),
});

const stateSchema = Type.Union([
  Type.Literal("inflight"),
  Type.Literal("completed"),
  Type.Literal("failed"),
  Type.Literal("cancelled"),
  Type.Literal("interrupted"),
]);
const serviceSchema = Type.Union([
  Type.Literal("openai"),
  Type.Literal("anthropic"),
  Type.Literal("ollama"),
]);

export const logStates = stateSchema.anyOf.map((state) => state.const);
export const serviceTypes = serviceSchema.anyOf.map((service) => service.const);

const rowFields = {
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
  attempts: Type.Array(attemptSchema, { description: "in the order made" }),
  dropped: Type.Array(Type.String(), { description: "fields a translation could not carry" }),
  warnings: Type.Array(Type.String(), {
    description: "irregularities that did not stop the call, such as `malformed_event`",
  }),
  resent_from: maybeText("id of the request that this one repeats (send again)"),
  stream: Type.Boolean(),
  status_code: nullable(Type.Integer({ description: "as the client saw it; 499 where it left" })),
  error_message: nullable(Type.String()),
  duration_ms: nullable(Type.Number()),
  ttft_ms: nullable(Type.Number({ description: "to the first content; null for plain calls" })),
  prompt_tokens: nullable(
    whole(
      "as the upstream reports, what was read from and written to a cache included; else estimated",
    ),
  ),
  completion_tokens: nullable(whole("as the upstream reports, else estimated")),
  total_tokens: nullable(whole("as the upstream reports, else the sum")),
  tokens_estimated: Type.Boolean({ description: "at least one of the counts is an estimate" }),
  cached_tokens: nullable(whole("of the prompt, what was read from a cache; null: not reported")),
  reasoning_tokens: nullable(whole("of the completion, what was thinking; null: not reported")),
  finish_reason: maybeText(
    "`stop`, `length`, `tool_calls`, `content_filter`, whatever the format; another word of the upstream's stays as it came",
  ),
  request_size: whole("bytes received from the client"),
  response_size: whole("bytes received from the upstream"),
  request_headers: headers("as received from the client"),
  response_headers: headers("of the answer"),
};

const base64 = Type.Optional(
  Type.Literal("base64", { description: "present where the body is not UTF-8" }),
);

const detailSchema = object({
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
    Type.Literal(true, { description: "present where it was kept cut" }),
  ),
});

const pageSchema = object({
  logs: Type.Array(object(rowFields), { description: "newest first" }),
  next: maybeText("to give as `before` for the next page; null on the last one"),
});

const periodSchema = object({
  requests: whole("all calls, those in flight included"),
  errors: whole("calls in state `failed`"),
  error_rate: Type.Number({ minimum: 0, maximum: 1, description: "0 where there were no calls" }),
  duration_ms_median: nullable(
    Type.Number({ description: "of completed calls; of more than 5,000 within 2 %" }),
  ),
  duration_ms_p95: nullable(Type.Number({ description: "likewise" })),
  ttft_ms_median: nullable(Type.Number({ description: "of completed streams; likewise" })),
  prompt_tokens: whole("sum"),
  completion_tokens: whole("sum"),
});

const statsSchema = object({
  total: periodSchema,
  last_24h: periodSchema,
  inflight: whole("calls under way now"),
  dropped_rows: Type.Record(Type.String(), whole("rows"), {
    description: "rows the log had to drop since start, by reason",
  }),
  dropped_bodies: whole("bodies since start that could not be stored, though their rows were"),
});

const performanceSchema = object({
  points: Type.Array(
    object({
      id: rowFields.id,
      timestamp: rowFields.timestamp,
      model: maybeText("as sent upstream, else as asked for"),
      upstream: rowFields.upstream,
      duration_ms: rowFields.duration_ms,
      ttft_ms: rowFields.ttft_ms,
      prompt_tokens: rowFields.prompt_tokens,
      completion_tokens: rowFields.completion_tokens,
      total_tokens: rowFields.total_tokens,
      status_code: rowFields.status_code,
      state: stateSchema,
    }),
    { description: "calls that have ended, newest first" },
  ),
});

const inFlightSchema = object({
  inflight: Type.Array(
    object({
      id: text("UUIDv7; the answer's `X-Request-Id`"),
      timestamp: text(time),
      elapsed_ms: Type.Number(),
      service_type: serviceSchema,
      path: Type.String(),
      source_ip: Type.String(),
      original_model: nullable(Type.String()),
      mapped_model: nullable(Type.String()),
      upstream: maybeText("the upstream being called or waited for"),
      route: nullable(Type.String()),
      stream: Type.Boolean(),
      tokens_so_far: nullable(
        whole(
          "events with content received: about as many as tokens; null where the call is not streamed",
        ),
      ),
      waiting_for: maybeText("the server in whose queue it waits"),
      position: nullable(Type.Integer({ minimum: 1, description: "in that queue" })),
    }),
    { description: "oldest first" },
  ),
});

const upstreamsSchema = object({
  upstreams: Type.Array(
    object({
      name: text("as configured, or `default`"),
      url: Type.String(),
      type: Type.Union([Type.Literal("openai"), Type.Literal("ollama")]),
      state: Type.Union([
        Type.Literal("well"),
        Type.Literal("resting"),
        Type.Literal("probe-due"),
        Type.Literal("probing"),
      ]),
      failures: whole("in a row"),
      last_error: nullable(Type.String()),
      rests_until: maybeText(time),
      active: whole("calls being answered"),
      waiting: whole("calls in the queue"),
      max_concurrency: nullable(Type.Integer({ minimum: 1 })),
      max_queue: whole("maximum length of the queue"),
      models: Type.Array(Type.String(), { description: "of the last good list" }),
      models_fetched_at: maybeText(`null before the first list; ${time}`),
      models_state: Type.Union(
        [
          Type.Literal("unasked"),
          Type.Literal("listed"),
          Type.Literal("answered"),
          Type.Literal("unreachable"),
        ],
        {
          description:
            "result of the last attempt to list them: `answered` is a server that answers but lists none",
        },
      ),
      models_error: maybeText("why the last attempt to list them failed"),
    }),
    { description: "in the order configured, the default upstream last" },
  ),
});

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;
/** `unknown` where two types are the same in every field, else `never`. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? unknown : never;

/** Takes a schema of exactly T; of anything else it does not compile. */
const schemaOf =
  <T>() =>
  <S extends TSchema>(schema: S & Same<Frozen<Static<S>>, Frozen<T>>): TSchema =>
    schema;

/** The answers of the read paths, by path. */
export const readSchemas = {
  "/api/logs": schemaOf<LogPage>()(pageSchema),
  "/api/logs/{id}": schemaOf<LogDetail>()(detailSchema),
  "/api/stats": schemaOf<Stats>()(statsSchema),
  "/api/performance": schemaOf<Performance>()(performanceSchema),
  "/api/inflight": schemaOf<InFlight>()(inFlightSchema),
  "/api/upstreams": schemaOf<Upstreams>()(upstreamsSchema),
} as const;

/** The data of each event of /api/events. */
export const eventSchema = schemaOf<LogRow>()(object(rowFields));

export const errorSchema = object({ error: text("what was wrong, and what would be right") });
