// The splitter of each framing.
import type { Framing } from "../protocols/wire-format.ts";
import type { Splitter } from "../bytes/frame.ts";
import { createNdjsonSplitter } from "../bytes/ndjson.ts";
import { createSseSplitter } from "../bytes/sse.ts";

const splitters: Record<Framing, () => Splitter | null> = {
  sse: createSseSplitter,
  ndjson: createNdjsonSplitter,
  none: () => null,
};

/** null: what comes is not cut into events. */
export function createSplitter(framing: Framing): Splitter | null {
  return splitters[framing]();
}
