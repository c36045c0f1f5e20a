// The splitter of each framing.
import type { Framing } from "../dialects/wire-format.ts";
import type { Splitter } from "./frame.ts";
import { createNdjsonSplitter } from "./ndjson.ts";
import { createSseSplitter } from "./sse.ts";

const splitters: Record<Framing, () => Splitter | null> = {
  sse: createSseSplitter,
  ndjson: createNdjsonSplitter,
  none: () => null,
};

/** null: what comes is not cut into events. */
export function createSplitter(framing: Framing): Splitter | null {
  return splitters[framing]();
}
