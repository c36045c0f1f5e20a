// A request to Responses with the conversation in place of the ids that refer to it.
import { isRecord, parseJson } from "../../bytes/json.ts";
import { bodySource, type JsonSource } from "../../bytes/json-source.ts";
import { inOrder, jsonBytes, jsonText, RawJson, type Written } from "../../bytes/json-written.ts";
import { inputItems } from "./kept-answer.ts";

/** What stands for the references of a request. */
export interface Resolved {
  /** The conversation up to the answer that it continues, item by item. */
  readonly before: readonly string[];
  /** Items by the places at which they are referred to; null: nothing stands there. */
  readonly referred: ReadonlyMap<number, string | null>;
}

/** @returns its bytes, all but `input` and the ids as its author wrote them */
export function wholeRequest(request: JsonSource, { before, referred }: Resolved): Uint8Array {
  const own = inputItems(request.member("input")).flatMap((item, at) =>
    referred.has(at) ? (referred.get(at) ?? []) : item,
  );
  const input = new RawJson(`[${[...before, ...own].join(",")}]`);
  const members = new Map<string, Written>();
  for (const key of request.keys())
    if (key !== "previous_response_id") members.set(key, request.member(key).raw());
  members.set("input", input);
  return jsonBytes(inOrder(members));
}

/** As `Resolved`, for a server that did not make any of it. */
export function withoutMakers({ before, referred }: Resolved): Resolved {
  return {
    before: before.flatMap((item) => withoutMaker(item) ?? []),
    referred: new Map(
      [...referred].map(([at, item]) => [at, item === null ? null : withoutMaker(item)]),
    ),
  };
}

/**
 * As another server may read it: ids are looked up by whoever made them, and reasoning is sealed for them.
 * @returns null: nothing of it is left
 */
function withoutMaker(item: string): string | null {
  const value = parseJson(item);
  if (!isRecord(value) || value["type"] === "reasoning") return null;
  if (!("id" in value)) return item;
  const source = bodySource(encoder.encode(item), value);
  const kept = source.keys().filter((key) => key !== "id");
  return jsonText(inOrder(kept.map((key) => [key, source.member(key).raw()])));
}

const encoder = new TextEncoder();
