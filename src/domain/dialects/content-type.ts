// The label of an answer, made to fit what the answer was found to be.
import type { HeaderList } from "../http/headers.ts";
import type { Framing } from "../protocols/wire-format.ts";

const contentTypes: Record<Framing, string> = {
  sse: "text/event-stream",
  ndjson: "application/x-ndjson",
  none: "application/json",
};

/** @param declared what its `Content-Type` says */
export function relabelled(headers: HeaderList, framing: Framing, declared: Framing): HeaderList {
  return framing === declared ? headers : withType(headers, contentTypes[framing]);
}

export function withType(headers: HeaderList, type: string): HeaderList {
  return [...headers.filter(([name]) => name !== "content-type"), ["content-type", type]];
}
