// The events of a Responses stream made one object, for a client that asked for no stream: the last holds all of it.
import { sseJson } from "../../bytes/event-json.ts";
import { isRecord, parseJson } from "../../bytes/json.ts";
import { jsonSource } from "../../bytes/json-source.ts";
import { jsonBytes } from "../../bytes/json-written.ts";
import { createSseSplitter } from "../../bytes/sse.ts";
import type { Gathered } from "../bridge.ts";
import { describeError } from "../upstream-error.ts";

/** @param stream as the writer wrote it */
export function gatherResponse(stream: Uint8Array): Gathered {
  const splitter = createSseSplitter();
  for (const frame of splitter.push(stream)) {
    const json = frame.data === null ? undefined : parseJson(frame.data);
    if (!isRecord(json)) continue;
    if (json["type"] === "error") return { error: describeError(json).message };
    if (json["type"] === "response.completed" || json["type"] === "response.incomplete") {
      const response = jsonSource(json, () => sseJson(frame)).member("response");
      return { body: jsonBytes(response.raw()) };
    }
  }
  // Half an answer would look like a whole one.
  return { error: "the upstream's stream ended before the answer was complete" };
}
