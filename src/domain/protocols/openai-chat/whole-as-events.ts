// A whole chat, or completion, as the events of a stream.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import {
  inOrder,
  jsonLine,
  ownNumber,
  type RawJson,
  type Written,
} from "../../bytes/json-written.ts";

const encoder = new TextEncoder();

/** null: it has no choices. */
export function chatAsEvents(whole: JsonSource): Uint8Array | null {
  return Array.isArray(whole.record["choices"])
    ? encoder.encode(`data: ${jsonLine(chunk(whole))}\n\ndata: [DONE]\n\n`)
    : null;
}

function chunk(whole: JsonSource): RawJson {
  return rewritten(whole, (key, member) => {
    if (key === "choices")
      return [key, member.items().map((one) => (isRecord(one.value) ? choice(one) : one.raw()))];
    const isObject = key === "object" && member.value === "chat.completion";
    return [key, isObject ? "chat.completion.chunk" : member.raw()];
  });
}

function choice(whole: JsonSource): RawJson {
  return rewritten(whole, (key, member) =>
    key === "message" && isRecord(member.value) ? ["delta", delta(member)] : [key, member.raw()],
  );
}

/** A stream's calls are counted; clients put their pieces together by that. */
function delta(message: JsonSource): RawJson {
  return rewritten(message, (key, member) =>
    key === "tool_calls" && Array.isArray(member.value)
      ? [
          key,
          member.items().map((call, at) => (isRecord(call.value) ? counted(call, at) : call.raw())),
        ]
      : [key, member.raw()],
  );
}

function counted(call: JsonSource, at: number): RawJson {
  const index = call.record["index"] === undefined ? [["index", ownNumber(at)] as const] : [];
  return inOrder([...index, ...call.keys().map((key) => [key, call.member(key).raw()] as const)]);
}

function rewritten(
  source: JsonSource,
  write: (key: string, member: JsonSource) => readonly [string, Written],
): RawJson {
  return inOrder(source.keys().map((key) => write(key, source.member(key))));
}
