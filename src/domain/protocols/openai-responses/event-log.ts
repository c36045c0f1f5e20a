// The events of a Responses stream as bytes, each with its number.
import { jsonLine, ownNumber, type WrittenObject } from "../../bytes/json-written.ts";

const encoder = new TextEncoder();

export class EventLog {
  #next: number;
  #written: Uint8Array[] = [];

  /** @param first the number of its first event */
  constructor(first = 0) {
    this.#next = first;
  }

  /** The next number, for an event that is written elsewhere. */
  number(): number {
    return this.#next++;
  }

  /** Events that are written elsewhere, and numbered. */
  add(events: Uint8Array): void {
    this.#written.push(events);
  }

  /** An event of the type that its object says. */
  emit(type: string, fields: WrittenObject): void {
    const number = ownNumber(this.#next++);
    this.#push(type, jsonLine({ type, sequence_number: number, ...fields }));
  }

  /** As `emit`, for the pieces of texts that most events are. @param fields of the event but the delta, as JSON */
  delta(type: string, fields: string, text: string): void {
    const number = this.#next++;
    this.#push(
      type,
      `{"type":"${type}","sequence_number":${number},${fields},"delta":${jsonLine(text)}}`,
    );
  }

  /** Those since the last time. */
  taken(): readonly Uint8Array[] {
    const events = this.#written;
    this.#written = [];
    return events;
  }

  #push(type: string, data: string): void {
    this.#written.push(encoder.encode(`event: ${type}\ndata: ${data}\n\n`));
  }
}

/** With which streams of OpenAI's end, though its own Responses leave it out. */
export const done = encoder.encode("data: [DONE]\n\n");
