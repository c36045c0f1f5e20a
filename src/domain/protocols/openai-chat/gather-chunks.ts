// The chunks of a chat's stream made one object, for a client that asked for no stream.
import { sseJson } from "../../bytes/event-json.ts";
import { isRecord, parseJson, textMember } from "../../bytes/json.ts";
import { type JsonSource, jsonSource } from "../../bytes/json-source.ts";
import {
  jsonBytes,
  ownNumber,
  type RawJson,
  type WrittenObject,
} from "../../bytes/json-written.ts";
import { createSseSplitter } from "../../bytes/sse.ts";
import type { Gathered } from "../bridge.ts";
import { describeError } from "../upstream-error.ts";

/** @param stream as the writer wrote it */
export function gatherChunks(stream: Uint8Array): Gathered {
  const splitter = createSseSplitter();
  const frames = [...splitter.push(stream)];
  const rest = splitter.end();
  if (rest !== null) frames.push(rest);
  const chunks: JsonSource[] = [];
  let complete = false;
  for (const frame of frames) {
    const json = frame.data === null ? undefined : parseJson(frame.data);
    complete ||= frame.data === "[DONE]";
    if (!isRecord(json)) continue;
    if (json["error"] !== undefined) return { error: describeError(json).message };
    chunks.push(jsonSource(json, () => sseJson(frame)));
  }
  const [first] = chunks;
  // Half an answer would look like a whole one.
  return first === undefined || !complete
    ? { error: "the upstream's stream ended before the answer was complete" }
    : { body: jsonBytes(gathered(first, chunks)) };
}

function gathered(first: JsonSource, chunks: readonly JsonSource[]): WrittenObject {
  const choices = chunks.flatMap((chunk) => chunk.member("choices").items());
  const usage = chunks.findLast(({ record }) => isRecord(record["usage"]));
  const finish = choices.findLast(({ record }) => typeof record["finish_reason"] === "string");
  const tokens = choices.flatMap((choice) => itemsOf(choice.member("logprobs"), "content"));
  const choice = {
    index: ownNumber(0),
    message: messageOf(choices.map((one) => one.member("delta"))),
    logprobs: tokens.length === 0 ? null : { content: tokens, refusal: null },
    finish_reason: finish?.member("finish_reason").raw() ?? null,
  };
  return {
    id: first.member("id").raw(),
    object: "chat.completion",
    created: first.member("created").raw(),
    model: first.member("model").raw(),
    choices: [choice],
    usage: usage?.member("usage").raw(),
  };
}

function messageOf(deltas: readonly JsonSource[]): WrittenObject {
  const calls = callsOf(deltas);
  const first = firstForm(deltas);
  const content = textOf(deltas, "content");
  const refusal = textOf(deltas, "refusal");
  const annotations = deltas.flatMap((delta) => itemsOf(delta, "annotations"));
  const thinking = textOf(deltas, "reasoning_content");
  const called = calls.length > 0 || first !== undefined;
  return {
    role: "assistant",
    content: content === "" && (called || refusal !== "") ? null : content,
    refusal: refusal === "" ? null : refusal,
    reasoning_content: thinking === "" ? undefined : thinking,
    annotations: annotations.length === 0 ? undefined : annotations,
    tool_calls: calls.length === 0 ? undefined : calls,
    function_call: first,
  };
}

/** Calls are counted; the first piece of each says what it is, and all others go on with its arguments. */
function callsOf(deltas: readonly JsonSource[]): readonly WrittenObject[] {
  const calls = new Map<unknown, JsonSource[]>();
  for (const delta of deltas)
    for (const piece of delta.member("tool_calls").items()) {
      const { index } = piece.record;
      const known = calls.get(index);
      if (known === undefined) calls.set(index, [piece]);
      else known.push(piece);
    }
  return [...calls.values()].map((pieces) => {
    const [head] = pieces;
    const type = head?.record["type"] === "custom" ? "custom" : "function";
    const id = textOf(pieces.slice(0, 1), "id");
    if (type === "custom") return { id, type, custom: head?.member("custom").raw() };
    return { id, type, function: detailOf(pieces.map((piece) => piece.member("function"))) };
  });
}

/** As calls were before there were tools: there is one. */
function firstForm(deltas: readonly JsonSource[]): WrittenObject | undefined {
  const pieces = deltas.filter(({ record }) => isRecord(record["function_call"]));
  return pieces.length === 0
    ? undefined
    : detailOf(pieces.map((piece) => piece.member("function_call")));
}

function detailOf(details: readonly JsonSource[]): WrittenObject {
  return { name: textOf(details, "name"), arguments: textOf(details, "arguments") };
}

function textOf(holders: readonly JsonSource[], key: string): string {
  return holders.map(({ record }) => textMember(record, key) ?? "").join("");
}

function itemsOf(holder: JsonSource, key: string): readonly RawJson[] {
  return holder
    .member(key)
    .items()
    .map((item) => item.raw());
}
