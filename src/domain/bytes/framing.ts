// How a streamed answer is cut into events: the splitter of each framing, and what ends an event.
import type { Splitter } from "./frame.ts";
import { createNdjsonSplitter } from "./ndjson.ts";
import { createSseSplitter } from "./sse.ts";

export type Framing = "sse" | "ndjson" | "none";

const splitters: Record<Framing, () => Splitter | null> = {
  sse: createSseSplitter,
  ndjson: createNdjsonSplitter,
  none: () => null,
};

/** null: what comes is not cut into events. */
export function createSplitter(framing: Framing): Splitter | null {
  return splitters[framing]();
}

const text = new TextEncoder();

/** What ends an event that never got its end, so that the next one stands by itself. */
export const eventBreak: Record<Framing, Uint8Array> = {
  sse: text.encode("\n\n"),
  ndjson: text.encode("\n"),
  none: new Uint8Array(0),
};
