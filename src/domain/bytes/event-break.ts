// What ends an event that never got its end, so that the next one stands by itself.
import type { Framing } from "../protocols/wire-format.ts";

const text = new TextEncoder();

export const eventBreak: Record<Framing, Uint8Array> = {
  sse: text.encode("\n\n"),
  ndjson: text.encode("\n"),
  none: new Uint8Array(0),
};
