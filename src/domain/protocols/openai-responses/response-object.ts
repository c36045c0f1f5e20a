// A response as OpenAI's API gives it: every field that its clients' schemas want, with what the request asked for.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import {
  inOrder,
  ownNumber,
  type RawJson,
  type Written,
  type WrittenObject,
} from "../../bytes/json-written.ts";

/** How far it has come. */
export interface ResponseState {
  readonly status: "in_progress" | "completed" | "incomplete" | "failed";
  readonly output: readonly Written[];
  readonly error?: WrittenObject;
  /** Why it is incomplete. */
  readonly reason?: "max_output_tokens" | "content_filter";
  readonly usage?: WrittenObject;
  /** Epoch s. */
  readonly completedAt?: number;
}

/** What all of a response's snapshots have in common. */
export interface ResponseHead {
  readonly id: string;
  readonly model: string;
  /** Epoch s. */
  readonly createdAt: number;
  /** The client's request; null: nothing is known of it. */
  readonly asked: JsonSource | null;
}

/** @param callId of the call, from which the response's id follows */
export function responseId(callId: string): string {
  return `resp_${callId.replaceAll(/[^a-zA-Z0-9]/g, "")}`;
}

export function responseObject(head: ResponseHead, state: ResponseState): WrittenObject {
  const { status, output, error, reason, usage, completedAt } = state;
  return {
    id: head.id,
    object: "response",
    created_at: ownNumber(head.createdAt),
    completed_at: completedAt === undefined ? null : ownNumber(completedAt),
    status,
    background: false,
    error: error ?? null,
    incomplete_details: reason === undefined ? null : { reason },
    model: head.model,
    ...echoOf(head.asked),
    output,
    previous_response_id: null,
    store: false,
    usage: usage ?? null,
  };
}

/** Fields that say again what was asked for, and what holds where nothing was. */
const usual: Readonly<Record<string, Written>> = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  prompt_cache_key: null,
  safety_identifier: null,
  service_tier: "default",
  temperature: ownNumber(1),
  tool_choice: "auto",
  top_logprobs: ownNumber(0),
  top_p: ownNumber(1),
  presence_penalty: ownNumber(0),
  frequency_penalty: ownNumber(0),
  truncation: "disabled",
  user: null,
};

function echoOf(asked: JsonSource | null): WrittenObject {
  const echo: Record<string, Written> = {};
  for (const [key, value] of Object.entries(usual)) echo[key] = given(asked, key) ?? value;
  const tier = asked?.record["service_tier"];
  // A wish, not what was served.
  if (tier === "auto") echo["service_tier"] = "default";
  const reasoning = asked?.member("reasoning") ?? null;
  return {
    ...echo,
    reasoning: {
      effort: given(reasoning, "effort") ?? null,
      summary: given(reasoning, "summary") ?? null,
    },
    text: textOf(asked?.member("text") ?? null),
    tools: asked?.member("tools").items().map(toolOf) ?? [],
  };
}

/** As its author wrote it; undefined where nothing was said. */
function given(source: JsonSource | null, key: string): RawJson | undefined {
  const value = source?.record[key];
  return source === null || value === undefined || value === null
    ? undefined
    : source.member(key).raw();
}

function textOf(text: JsonSource | null): WrittenObject {
  const format = text?.member("format") ?? null;
  const kind = format?.record["type"];
  return {
    format:
      format === null || kind === undefined || kind === "text"
        ? { type: "text" }
        : kind === "json_schema"
          ? filled(format, { name: null, description: null, schema: null, strict: false })
          : format.raw(),
    verbosity: given(text, "verbosity") ?? "medium",
  };
}

function toolOf(tool: JsonSource): Written {
  const isFunction = isRecord(tool.value) && (tool.record["type"] ?? "function") === "function";
  return isFunction
    ? filled(tool, { type: "function", description: null, parameters: null, strict: null })
    : tool.raw();
}

/** What was said, and for what was not, the usual: clients' schemas want all of it. */
function filled(source: JsonSource, wanted: Readonly<Record<string, Written>>): RawJson {
  const members = new Map<string, Written>();
  for (const key of source.keys()) members.set(key, source.member(key).raw());
  for (const [key, value] of Object.entries(wanted)) if (!members.has(key)) members.set(key, value);
  return inOrder(members);
}
