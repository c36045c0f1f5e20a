// What an answer's `Content-Type` says of its framing, and the label made to fit what was found.
import type { Framing } from "../bytes/framing.ts";
import type { HeaderList } from "./headers.ts";

const contentTypes: Record<Framing, string> = {
  sse: "text/event-stream",
  ndjson: "application/x-ndjson",
  none: "application/json",
};

/** @param contentType an answer's, as received; null where it has none */
export function framingOf(contentType: string | null): Framing {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "text/event-stream") return "sse";
  return type === "application/x-ndjson" || type === "application/ndjson" ? "ndjson" : "none";
}

/** @param declared what its `Content-Type` says */
export function relabelled(headers: HeaderList, framing: Framing, declared: Framing): HeaderList {
  return framing === declared ? headers : withType(headers, contentTypes[framing]);
}

export function withType(headers: HeaderList, type: string): HeaderList {
  return [...headers.filter(([name]) => name !== "content-type"), ["content-type", type]];
}
