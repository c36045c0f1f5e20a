// A whole answer as the events of a stream that has already begun.
import { parseJsonBytes } from "../bytes/json.ts";
import { bodySource } from "../bytes/json-source.ts";
import type { ProtocolName } from "../call/endpoint.ts";
import { protocols } from "./protocol.ts";

const encoder = new TextEncoder();

/** @param protocol of the stream; what has no words of its own for it is one event as it is */
export function wholeAsEvents(protocol: ProtocolName | null, answer: Uint8Array): Uint8Array {
  const fromWhole = protocol === null ? null : protocols[protocol].events.fromWhole;
  const events = fromWhole?.(bodySource(answer, parseJsonBytes(answer))) ?? null;
  return events ?? encoder.encode(asEvent(new TextDecoder().decode(answer).trim()));
}

/** Each line of a payload has a field of its own (WHATWG HTML §9.2.6). */
function asEvent(payload: string): string {
  return `data: ${payload.split(/\r\n|\r|\n/).join("\ndata: ")}\n\n`;
}
