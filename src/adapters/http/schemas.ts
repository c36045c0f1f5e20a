// What the read API answers, as JSON schemas: docs/api.md is made from them, and the types below hold
// them equal to the port's.
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import type { Period } from "../../ports/periods.ts";
import type {
  InFlight,
  LogDetail,
  LogPage,
  LogRow,
  Performance,
  Stats,
  Upstreams,
} from "../../ports/browse.ts";
import type { ThreadDetail, ThreadPage } from "../../ports/threads.ts";
import {
  detailSchema,
  listedSchema,
  maybeText,
  nullable,
  object,
  routerSchema,
  rowFields,
  serviceSchema,
  stateSchema,
  text,
  time,
  wholeNumber,
} from "./row-schema.ts";
import { threadSchema, threadsSchema } from "./thread-schemas.ts";

const pageSchema = object({
  logs: Type.Array(listedSchema, { description: "in the order asked for" }),
  next: maybeText("to give as `before` for the next page; null on the last one"),
});

const countedPageSchema = object({
  ...pageSchema.properties,
  count: wholeNumber("calls that match, on all pages together"),
  count_exact: Type.Boolean({ description: "false: there are more, which were not counted" }),
});

const statsOfSchema = object({
  requests: wholeNumber("all calls, those in flight included"),
  errors: wholeNumber("calls in state `failed`"),
  error_rate: Type.Number({ minimum: 0, maximum: 1, description: "0 where there were no calls" }),
  duration_ms_median: nullable(
    Type.Number({ description: "of completed calls; of more than 5,000 within 2 %" }),
  ),
  duration_ms_p95: nullable(Type.Number({ description: "likewise" })),
  ttft_ms_median: nullable(Type.Number({ description: "of completed streams; likewise" })),
  prompt_tokens: wholeNumber("sum"),
  completion_tokens: wholeNumber("sum"),
});

const sums = {
  requests: wholeNumber("all calls, those in flight included"),
  errors: wholeNumber("calls in state `failed`"),
  prompt_tokens: wholeNumber("sum"),
  completion_tokens: wholeNumber("sum"),
  cached_tokens: wholeNumber("sum"),
  cost: nullable(
    Type.Number({ description: "USD of the calls that have a price; null: none has" }),
  ),
  unpriced: wholeNumber("calls with tokens whose price is not known"),
};
const times = {
  duration_ms_median: nullable(
    Type.Number({ description: "of completed calls, within 2 %; null: there are none" }),
  ),
  duration_ms_p95: nullable(Type.Number({ description: "likewise" })),
  ttft_ms_median: nullable(Type.Number({ description: "of completed streams; likewise" })),
};
const figures = {
  ...sums,
  ...times,
  error_rate: Type.Number({ minimum: 0, maximum: 1, description: "0 where there were no calls" }),
};
const groupName = maybeText("null: the calls that have none, as those without a model");

const periodSchema = object({
  figures: object(figures),
  groups: Type.Optional(
    Type.Array(
      object({
        name: groupName,
        rest: Type.Optional(
          Type.Literal(true, { description: "several names together, as `other`" }),
        ),
        ...figures,
      }),
      { description: "by `by`, the most requests first, at most 50 and the rest" },
    ),
  ),
  bars: Type.Optional(
    Type.Array(
      object({
        start: text(time),
        ...sums,
        groups: Type.Optional(
          Type.Array(object({ name: groupName, ...sums }), { description: "those with calls" }),
        ),
      }),
      { description: "by `step`, oldest first" },
    ),
  ),
  cut: Type.Optional(
    Type.Object(
      { calls: wholeNumber("how many were read, or are counted by now: the newest") },
      {
        description: "present where all figures are of the newest calls alone",
        additionalProperties: false,
      },
    ),
  ),
});

const statsSchema = object({
  total: statsOfSchema,
  last_24h: statsOfSchema,
  inflight: wholeNumber("calls under way now"),
  dropped_rows: Type.Record(Type.String(), wholeNumber("rows"), {
    description: "rows the log had to drop since start, by reason",
  }),
  dropped_bodies: wholeNumber(
    "bodies since start that could not be stored, though their rows were",
  ),
});

const performanceSchema = object({
  points: Type.Array(
    object({
      id: rowFields.id,
      timestamp: rowFields.timestamp,
      model: maybeText("as sent upstream, else as asked for"),
      upstream: rowFields.upstream,
      user: maybeText("`sub` of its token, else its address; null: of a row of an older version"),
      client: rowFields.client,
      duration_ms: rowFields.duration_ms,
      ttft_ms: rowFields.ttft_ms,
      prompt_tokens: rowFields.prompt_tokens,
      completion_tokens: rowFields.completion_tokens,
      total_tokens: rowFields.total_tokens,
      cost: rowFields.cost,
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
        wholeNumber(
          "events with content received: about as many as tokens; null where the call is not streamed",
        ),
      ),
      waiting_for: maybeText("the server in whose queue it waits"),
      position: nullable(Type.Integer({ minimum: 1, description: "in that queue" })),
      instance: Type.Optional(routerSchema),
    }),
    { description: "oldest first" },
  ),
});

const upstreamsSchema = object({
  upstreams: Type.Array(
    object({
      name: text("as configured, or `default`"),
      url: Type.String(),
      type: Type.Union([Type.Literal("openai"), Type.Literal("ollama"), Type.Literal("anthropic")]),
      protocols: Type.Array(
        object({
          protocol: text("`chat`, `responses`, `messages` or `ollama`"),
          way: text(
            "`native`, or from what into what calls are translated (`messages>chat`), into nothing where they cannot be",
          ),
          reason: Type.Union(
            [
              Type.Literal("type"),
              Type.Literal("speaks"),
              Type.Literal("learned"),
              Type.Literal("host"),
              Type.Literal("server"),
              Type.Literal("contents"),
            ],
            {
              description:
                "the server's type, its `speaks`, its own answer lately, its host, its software by its model list; `contents`: calls that hold more than every server has are translated",
            },
          ),
        }),
        { description: "how it is asked" },
      ),
      state: Type.Union([
        Type.Literal("well"),
        Type.Literal("resting"),
        Type.Literal("probe-due"),
        Type.Literal("probing"),
      ]),
      contact: Type.Union(
        [Type.Literal("reached"), Type.Literal("not-reached"), Type.Literal("unknown")],
        {
          description:
            "whether it is known to be there, by the last call that it answered or the last try to list its models; state says only what failed calls say against it",
        },
      ),
      failures: wholeNumber("in a row"),
      last_error: nullable(Type.String()),
      rests_until: maybeText(time),
      active: wholeNumber("calls being answered"),
      waiting: wholeNumber("calls in the queue"),
      turn: wholeNumber(
        "number of its last call among all that this router has sent: where servers are equally busy, the one with the lowest is next",
      ),
      max_concurrency: nullable(Type.Integer({ minimum: 1 })),
      share: Type.Optional(
        wholeNumber("of `max_concurrency`, what this router may use now; where several share it"),
      ),
      max_queue: wholeNumber("maximum length of the queue"),
      models: Type.Array(Type.String(), { description: "of the last good list" }),
      model_aliases: Type.Optional(
        Type.Record(Type.String(), Type.String(), {
          description:
            "other names of these, each with the model that it stands for; where the list has any",
        }),
      ),
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
      loaded: nullable(
        Type.Array(
          object({
            name: text("as the server calls it"),
            state: Type.Union([Type.Literal("loaded"), Type.Literal("loading")]),
            size: nullable(wholeNumber("bytes in memory; null where the server does not say")),
            until: maybeText(`when it is unloaded unless it is called before; ${time}`),
          }),
          {
            description:
              "models in its memory; null: it cannot say, so each of its models counts as loaded",
          },
        ),
      ),
      loaded_fetched_at: maybeText(time),
      loadable: Type.Optional(
        Type.Array(Type.String(), {
          description:
            "of its models, those that it can be asked to load and unload; present where it can be asked at all",
        }),
      ),
      wishes: Type.Optional(
        Type.Array(
          object({
            model: Type.String(),
            wish: Type.Union([Type.Literal("load"), Type.Literal("unload")]),
            since: text(time),
            error: maybeText("why it failed; null: it is under way"),
          }),
          {
            description:
              "what of that was asked for on the pages and is under way, or failed within the last five minutes",
          },
        ),
      ),
    }),
    { description: "in the order configured, the default upstream last" },
  ),
  routers: Type.Optional(
    Type.Array(
      object({
        id: text("UUID"),
        name: text("`INSTANCE_NAME`, which two may share"),
        version: Type.String(),
        self: Type.Boolean({ description: "the one that was asked" }),
        started_at: text(time),
        seen_at: text(time),
        routes_hash: maybeText(
          "beginning of the SHA-256 of the routes file in force; null: there is none",
        ),
        differs_in: Type.Array(
          Type.Union([
            Type.Literal("routes file"),
            Type.Literal("version"),
            Type.Literal("JWT_SECRET"),
          ]),
          { description: "in what it is not set up as the one that was asked" },
        ),
        spool_rows: wholeNumber("that wait there for the log's database"),
        spool_bytes: wholeNumber("likewise"),
        lag_ms: Type.Number({ description: "for which the oldest has waited" }),
      }),
      { description: "those that share the log, by name; present where there are several" },
    ),
  ),
});

/** A page of the list, and how many calls there are on all of them. */
export interface CountedPage extends LogPage {
  readonly count: number;
  readonly count_exact: boolean;
}

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
  "/api/logs": schemaOf<CountedPage>()(countedPageSchema),
  "/api/logs/{id}": schemaOf<LogDetail>()(detailSchema),
  "/api/threads": schemaOf<ThreadPage>()(threadsSchema),
  "/api/threads/{id}": schemaOf<ThreadDetail>()(threadSchema),
  "/api/stats": schemaOf<Stats>()(statsSchema),
  "/api/periods": schemaOf<Period>()(periodSchema),
  "/api/performance": schemaOf<Performance>()(performanceSchema),
  "/api/inflight": schemaOf<InFlight>()(inFlightSchema),
  "/api/upstreams": schemaOf<Upstreams>()(upstreamsSchema),
} as const;

/** The data of each event of /api/events. */
export const eventSchema = schemaOf<LogRow>()(object(rowFields));

export const errorSchema = object({ error: text("what was wrong, and what would be right") });
