// What can be asked under /api, with which parameters and answers: docs/api.md and the OpenAPI document are made from this table.
import { type TSchema, Type } from "@sinclair/typebox";
import { dimensions, logSorts } from "./api-query.ts";
import { logStates, object, serviceTypes, text } from "./row-schema.ts";
import { errorSchema, eventSchema, readSchemas } from "./schemas.ts";

/** A parameter of a query. */
export interface QueryParameter {
  readonly name: string;
  /** In Markdown, after "means". */
  readonly meaning: string;
  /** What holds where it is absent, in words. */
  readonly default: string;
  /** Of its value, without a description. */
  readonly schema: TSchema;
}

/** What an answer holds. */
export interface AnswerNote {
  readonly meaning: string;
  readonly type: "application/json" | "text/event-stream";
  /** null: nothing that a schema could describe. */
  readonly schema: TSchema | null;
}

/** One method of one path. */
export interface Operation {
  readonly method: "get" | "post";
  /** As OpenAPI writes it: `/api/logs/{id}`. */
  readonly path: string;
  /** Names it in generated clients. */
  readonly id: string;
  readonly summary: string;
  /** What the id in its path is; absent: a call's. */
  readonly idMeans?: string;
  readonly query: readonly QueryParameter[];
  /** By status. */
  readonly answers: Readonly<Record<string, AnswerNote>>;
}

const failure = (meaning: string): AnswerNote => ({
  meaning,
  type: "application/json",
  schema: errorSchema,
});
const unreadable = failure("a value of the query cannot be read; all such values are named");
const away = failure("the log cannot be read now; `Retry-After` says when to ask again");

const good = (schema: TSchema, meaning: string): AnswerNote => ({
  meaning,
  type: "application/json",
  schema,
});

const limit = (maximum: number): TSchema => Type.Integer({ minimum: 1, maximum });
const uuid = Type.String({ format: "uuid" });
const oneOf = (values: readonly string[]): TSchema =>
  Type.Unsafe<string>({ type: "string", enum: values });

const model: QueryParameter = {
  name: "model",
  meaning: "part of the model's name, as asked for or as sent upstream; case does not matter",
  default: "any",
  schema: Type.String(),
};
const until: QueryParameter = {
  name: "until",
  meaning: "only rows before this time, written as for `since`",
  default: "all",
  schema: Type.String(),
};
const upstream: QueryParameter = {
  name: "upstream",
  meaning: "the upstream's exact name",
  default: "any",
  schema: Type.String(),
};
const user: QueryParameter = {
  name: "user",
  meaning: "who asked: `sub` of the client's token, or its address",
  default: "any",
  schema: Type.String(),
};
const client: QueryParameter = {
  name: "client",
  meaning: "the client's program, `name` or `name/version`",
  default: "any",
  schema: Type.String(),
};
const serviceType: QueryParameter = {
  name: "service_type",
  meaning: "`openai`, `anthropic` (`/v1/messages`) or `ollama`",
  default: "any",
  schema: oneOf(serviceTypes),
};

/** Of GET /api/logs. */
const logQuery: readonly QueryParameter[] = [
  { name: "limit", meaning: "rows on a page, 1 to 500", default: "50", schema: limit(500) },
  {
    name: "before",
    meaning:
      "only rows that come after the one with this id: older ones, with another `sort` those after it in that order; the last page's `next`, given with the same `sort`",
    default: "the newest",
    schema: uuid,
  },
  {
    name: "since",
    meaning: "only rows of this time or later; ISO 8601 with its zone, or a date (UTC)",
    default: "all",
    schema: Type.String(),
  },
  until,
  model,
  upstream,
  user,
  client,
  serviceType,
  {
    name: "status",
    meaning: "a code (`404`) or a class (`4xx`)",
    default: "any",
    schema: Type.String({ pattern: "^[1-5]([0-9][0-9]|[xX][xX])$" }),
  },
  {
    name: "state",
    meaning: "`inflight`, `completed`, `failed`, `cancelled` or `interrupted`",
    default: "any",
    schema: oneOf(logStates),
  },
  {
    name: "thread",
    meaning: "calls of the conversation or session with this `thread_id`",
    default: "any",
    schema: uuid,
  },
  {
    name: "resent_from",
    meaning: "the requests that repeat the one with this id ([send again](#actions))",
    default: "any",
    schema: uuid,
  },
  {
    name: "q",
    meaning:
      "words of models, upstream, path, address, user, error message, prompt or answer; or an id, or its first eight characters and more",
    default: "any",
    schema: Type.String(),
  },
  {
    name: "sort",
    meaning:
      "`time` (the newest first), or `duration`, `tokens` or `cost` (the largest first, equal ones the newest first)",
    default: "`time`",
    schema: oneOf(logSorts),
  },
];

/** Of GET /api/periods. */
const periodQuery: readonly QueryParameter[] = [
  ...logQuery
    .filter(({ name }) => !["limit", "before", "sort"].includes(name))
    .map((one) => (one.name === "since" ? { ...one, default: "24 hours ago" } : one)),
  {
    name: "by",
    meaning: "what figures and bars are broken down by: `model`, `upstream`, `user` or `client`",
    default: "nothing",
    schema: oneOf(dimensions),
  },
  {
    name: "step",
    meaning:
      "length of a bar in seconds: whole minutes, or whole hours where the period begins over 48 hours ago; bars begin at multiples of it in UTC, at most 1,000 of them",
    default: "no bars",
    schema: Type.Integer({ minimum: 60, multipleOf: 60 }),
  },
];

/** Of GET /api/threads. */
const threadQuery: readonly QueryParameter[] = [
  { name: "limit", meaning: "threads on a page, 1 to 500", default: "50", schema: limit(500) },
  {
    name: "before",
    meaning: "only threads behind this place: the last page's `next`",
    default: "the newest",
    schema: Type.String(),
  },
  {
    name: "since",
    meaning: "only threads whose last call came at this time or later, written as above",
    default: "all",
    schema: Type.String(),
  },
  {
    name: "until",
    meaning: "only threads whose last call came before this time",
    default: "all",
    schema: Type.String(),
  },
  {
    name: "model",
    meaning: "part of the name of one of its `models`; case does not matter",
    default: "any",
    schema: Type.String(),
  },
  user,
  {
    name: "client",
    meaning: "the program of its first call, `name` or `name/version`",
    default: "any",
    schema: Type.String(),
  },
  {
    name: "q",
    meaning: "part of its title; case does not matter",
    default: "any",
    schema: Type.String(),
  },
];

/** Of GET /api/performance. */
const pointQuery: readonly QueryParameter[] = [
  {
    name: "hours",
    meaning: "how far to look back; fractions count",
    default: "24",
    schema: Type.Number({ exclusiveMinimum: 0 }),
  },
  {
    name: "limit",
    meaning: "points, 1 to 10,000; the newest are given",
    default: "1,000",
    schema: limit(10_000),
  },
  until,
  model,
  upstream,
  user,
  client,
  serviceType,
];

type ReadPath = keyof typeof readSchemas;
type ReadNote = Omit<Operation, "method" | "path">;

/** A path of `readSchemas` without its line here does not compile. */
const reads: Readonly<Record<ReadPath, ReadNote>> = {
  "/api/logs": {
    id: "listRequests",
    summary: "Logged calls that match a filter, a page at a time",
    query: logQuery,
    answers: {
      200: good(readSchemas["/api/logs"], "a page of calls"),
      400: unreadable,
      503: away,
    },
  },
  "/api/logs/{id}": {
    id: "getRequest",
    summary: "One logged call with its bodies",
    query: [],
    answers: {
      200: good(readSchemas["/api/logs/{id}"], "the call"),
      404: failure("no call with this id is in the log"),
      503: away,
    },
  },
  "/api/threads": {
    id: "listThreads",
    summary: "Conversations and agent sessions that match a filter, a page at a time",
    query: threadQuery,
    answers: {
      200: good(readSchemas["/api/threads"], "a page of threads"),
      400: unreadable,
      503: away,
    },
  },
  "/api/threads/{id}": {
    id: "getThread",
    idMeans: "the thread's id, the `thread_id` of its calls",
    summary: "One of them with its newest calls",
    query: [],
    answers: {
      200: good(readSchemas["/api/threads/{id}"], "the thread"),
      404: failure("no thread with this id is in the log"),
      503: away,
    },
  },
  "/api/stats": {
    id: "getStats",
    summary: "Counts, latencies and tokens of all calls and of the last 24 hours",
    query: [],
    answers: {
      200: good(readSchemas["/api/stats"], "the figures"),
      400: unreadable,
      503: away,
    },
  },
  "/api/periods": {
    id: "getPeriod",
    summary:
      "Figures of a period: whole, by bar of a chart, and by model, upstream, user or client",
    query: periodQuery,
    answers: {
      200: good(readSchemas["/api/periods"], "the figures"),
      400: unreadable,
      503: away,
    },
  },
  "/api/performance": {
    id: "listPoints",
    summary: "Latency and tokens of calls that have ended, a point each",
    query: pointQuery,
    answers: {
      200: good(readSchemas["/api/performance"], "the points"),
      400: unreadable,
      503: away,
    },
  },
  "/api/inflight": {
    id: "listInFlight",
    summary: "Calls under way",
    query: [],
    answers: { 200: good(readSchemas["/api/inflight"], "the calls"), 400: unreadable },
  },
  "/api/upstreams": {
    id: "listUpstreams",
    summary: "Upstreams with their health, load and models",
    query: [],
    answers: { 200: good(readSchemas["/api/upstreams"], "the upstreams"), 400: unreadable },
  },
};

/** Everything that is served under /api for programs. */
export const apiOperations: readonly Operation[] = [
  ...Object.entries(reads).map(([path, note]) => ({ method: "get" as const, path, ...note })),
  {
    method: "get",
    path: "/api/events",
    id: "followRequests",
    summary: "Calls as they begin and end, as server-sent events",
    query: [],
    answers: {
      200: {
        meaning: "events `started` and `completed`; the data of each is a row",
        type: "text/event-stream",
        schema: eventSchema,
      },
    },
  },
  {
    method: "post",
    path: "/api/inflight/{id}/cancel",
    id: "cancelRequest",
    summary: "End a call under way, as if its client had left",
    query: [],
    answers: {
      200: good(object({ cancelled: text("the call's id") }), "it was ended"),
      303: {
        meaning: "likewise, or not, where `Accept` names `text/html`: to `/`",
        type: "application/json",
        schema: null,
      },
      404: failure("no call with this id is under way"),
      503: failure("another router might be answering it, and cannot be asked"),
    },
  },
  {
    method: "get",
    path: "/api/openapi.json",
    id: "getOpenApi",
    summary: "This API as an OpenAPI 3.1 document",
    query: [],
    answers: {
      200: {
        meaning: "the document",
        type: "application/json",
        schema: Type.Object({}),
      },
    },
  },
];
