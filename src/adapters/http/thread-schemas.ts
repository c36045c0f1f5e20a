// What the read API answers of threads, as JSON schemas.
import { Type } from "@sinclair/typebox";
import { maybeText, nullable, object, rowFields, text, time, wholeNumber } from "./row-schema.ts";

const threadFields = {
  id: text("UUID; the `thread_id` of its calls"),
  title: maybeText(
    "the first words asked in it for an answer of more than a token, else the first words",
  ),
  user: text("who asked: `sub` of the client's token, or its address"),
  client: maybeText("program of its first call, `name/version` or `name`"),
  started_at: text(`of its first call; ${time}`),
  last_at: text(`of its last call; ${time}`),
  calls: wholeNumber("calls that have ended, as all that is summed here"),
  errors: wholeNumber("calls in state `failed`"),
  models: Type.Array(Type.String(), {
    description: "as sent upstream, else as asked for, in the order they came in; at most 8",
  }),
  prompt_tokens: wholeNumber("sum"),
  completion_tokens: wholeNumber("sum"),
  cost: nullable(
    Type.Number({ description: "USD of the calls that have a price; null: none has" }),
  ),
  unpriced: wholeNumber("calls with tokens whose price is not known"),
  duration_ms: Type.Number({ description: "that its calls took together" }),
};

export const threadsSchema = object({
  threads: Type.Array(object(threadFields), {
    description: "by their last call, the newest first",
  }),
  next: maybeText("to give as `before` for the next page; null on the last one"),
});

export const threadSchema = object({
  ...threadFields,
  logs: Type.Array(object(rowFields), {
    description: "its newest calls, at most 500, those under way among them, newest first",
  }),
  next: maybeText(
    "where there are more: to give `/api/logs` as `before`, beside `thread`; else null",
  ),
});
