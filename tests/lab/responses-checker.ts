// The grammar of a Responses stream, as strictly as the strictest of its readers: what is wrong with a
// stream, and the response that a right one adds up to.
import { createSseSplitter } from "../../src/domain/bytes/sse.ts";
import { eventFaults } from "./open-responses.ts";

/** Whatever was sent: what is wrong with it shows where it is looked at. */
type Json = ReturnType<typeof JSON.parse>;

export interface ReadResponse {
  /** The last snapshot. */
  readonly response: Json;
  readonly state: "open" | "completed" | "incomplete" | "failed";
  readonly error: Json;
  /** What has come of each item, whether it has ended or not. */
  readonly said: readonly SaidItem[];
}

export interface SaidItem {
  readonly type: string;
  /** Of a message or reasoning. */
  readonly text: string;
  /** Of a call. */
  readonly name: string | null;
  readonly given: string;
}

interface OpenItem {
  readonly item: Json;
  done: boolean;
  /** By index; null once it is done. */
  parts: { text: string; done: boolean }[];
  given: string;
  givenDone: boolean;
}

/** Throws where the stream is not one. @param stream bytes that may end anywhere between two events */
export function readResponseStream(stream: string): ReadResponse {
  const splitter = createSseSplitter();
  const frames = splitter.push(new TextEncoder().encode(stream));
  if (splitter.held() > 0) throw new Error("the stream ends within an event");
  const items: OpenItem[] = [];
  let response: Json = null;
  let state: ReadResponse["state"] = "open";
  let error: Json = null;
  let number = 0;
  let begun = 0;
  let isDone = false;

  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${what}\n${stream}`);
  };
  const itemOf = (json: Json): OpenItem => {
    const found = items[json["output_index"]];
    must(found !== undefined && !found.done, "an open item");
    must(found!.item["id"] === json["item_id"], "the item's id");
    return found!;
  };
  const partOf = (json: Json, index: string) => {
    const part = itemOf(json).parts[json[index]];
    must(part !== undefined && !part.done, "an open part");
    return part!;
  };

  for (const { event, data } of frames) {
    if (event === null && data === null) continue;
    must(!isDone, "nothing follows [DONE]");
    if (data === "[DONE]") {
      must(state === "completed" || state === "incomplete", "[DONE] only after a proper end");
      isDone = true;
      continue;
    }
    must(state === "open", `nothing follows the end, but ${event} did`);
    const json = JSON.parse(data ?? "null");
    const type = json["type"] as string;
    must(type === event, "an event's name is its type");
    if (type === "keepalive" && json["sequence_number"] === number - 1) continue;
    must(json["sequence_number"] === number++, "events are numbered from 0 without a gap");
    const faults = eventFaults(json);
    must(faults.length === 0, faults.join("\n"));
    if (begun === 0) must(type === "response.created", "response.created comes first");
    if (begun === 1) must(type === "response.in_progress", "response.in_progress comes second");
    begun++;
    if (json["response"] !== undefined) {
      const next = json["response"];
      must(response === null || response["id"] === next["id"], "one id");
      response = next;
    }
    switch (type) {
      case "keepalive":
        break;
      case "response.created":
      case "response.in_progress":
        must(
          response!["status"] === "in_progress" && response!["output"].length === 0,
          "it begins",
        );
        break;
      case "response.output_item.added": {
        must(json["output_index"] === items.length, "items are counted from 0 without a gap");
        must(typeof json["item"].id === "string", "an item has an id");
        items.push({ item: json["item"], done: false, parts: [], given: "", givenDone: false });
        break;
      }
      case "response.content_part.added":
      case "response.reasoning_summary_part.added": {
        const index = type.includes("summary") ? "summary_index" : "content_index";
        const { parts } = itemOf(json);
        must(json[index] === parts.length, "parts are counted from 0");
        must(saidIn(json["part"]) === "", "a part begins empty");
        parts.push({ text: "", done: false });
        break;
      }
      case "response.output_text.delta":
        must(Array.isArray(json["logprobs"]), "logprobs are a list");
        partOf(json, "content_index").text += json["delta"];
        break;
      case "response.reasoning_text.delta":
      case "response.refusal.delta":
        partOf(json, "content_index").text += json["delta"];
        break;
      case "response.reasoning_summary_text.delta":
        partOf(json, "summary_index").text += json["delta"];
        break;
      case "response.output_text.done":
      case "response.reasoning_text.done":
      case "response.refusal.done":
        must(partOf(json, "content_index").text === saidIn(json), "a text is its deltas");
        break;
      case "response.reasoning_summary_text.done":
        must(partOf(json, "summary_index").text === json["text"], "a text is its deltas");
        break;
      case "response.content_part.done":
      case "response.reasoning_summary_part.done": {
        const part = partOf(json, type.includes("summary") ? "summary_index" : "content_index");
        must(part.text === saidIn(json["part"]), "a part is its deltas");
        part.done = true;
        break;
      }
      case "response.output_text.annotation.added":
        must(!itemOf(json).parts[json["content_index"]]!.done, "an open part");
        must(
          json["annotation"].end_index <= itemOf(json).parts[json["content_index"]]!.text.length,
          "a place",
        );
        break;
      case "response.function_call_arguments.delta":
      case "response.custom_tool_call_input.delta":
        must(!itemOf(json).givenDone, "nothing follows the arguments' end");
        itemOf(json).given += json["delta"];
        break;
      case "response.function_call_arguments.done":
        must(itemOf(json).given === json["arguments"], "arguments are their deltas");
        itemOf(json).givenDone = true;
        break;
      case "response.custom_tool_call_input.done":
        must(itemOf(json).given === json["input"], "an input is its deltas");
        itemOf(json).givenDone = true;
        break;
      case "response.output_item.done": {
        const open = items[json["output_index"]];
        must(open !== undefined && !open.done, "an open item");
        must(open!.item["id"] === json["item"].id, "the item's id");
        must(
          open!.parts.every(({ done }) => done),
          "parts end before their item",
        );
        must(
          String(open!.item["type"]).endsWith("call") === open!.givenDone,
          "arguments end before their call",
        );
        open!.done = true;
        Object.assign(open!.item, json["item"]);
        break;
      }
      case "response.completed":
      case "response.incomplete": {
        must(
          items.every(({ done }) => done),
          "items end before the response",
        );
        must(
          Bun.deepEquals(
            response!["output"],
            items.map(({ item }) => item),
          ),
          "the output is the items",
        );
        const { usage } = response;
        for (const key of ["input_tokens", "output_tokens", "total_tokens"])
          must(Number.isInteger(usage[key]), `${key} is a count`);
        must(Number.isInteger(usage.input_tokens_details.cached_tokens), "cached tokens");
        must(Number.isInteger(usage.output_tokens_details.reasoning_tokens), "reasoning tokens");
        state = type === "response.completed" ? "completed" : "incomplete";
        must(response!["status"] === state, "its status");
        break;
      }
      case "error":
        error = json["error"];
        must(typeof error!["message"] === "string", "an error says something");
        break;
      case "response.failed":
        must(error !== null, "error comes before response.failed");
        must(response!["status"] === "failed", "its status");
        must(response!["error"].message === error!["message"], "the error again");
        state = "failed";
        break;
      default:
        must(false, `an event of a known type, not ${type}`);
    }
  }
  const said = items.map(({ item, parts, given }) => ({
    type: item["type"],
    text: parts.map(({ text }) => text).join(""),
    name: item["name"] ?? null,
    given,
  }));
  return { response: response ?? {}, state, error, said };
}

/** A refusal is said in a member of its own. */
function saidIn(part: { readonly text?: string; readonly refusal?: string }): string | undefined {
  return part.refusal ?? part.text;
}
