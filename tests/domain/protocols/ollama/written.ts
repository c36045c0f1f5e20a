// What the translation reads and writes, as plain values for tests.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { bodySource, type JsonSource } from "../../../../src/domain/bytes/json-source.ts";
import { jsonText, type WrittenObject } from "../../../../src/domain/bytes/json-written.ts";

/** A JSON text that was received. */
export function received(text: string): JsonSource {
  return bodySource(new TextEncoder().encode(text), JSON.parse(text));
}

/** A value as if it had been received. */
export function asReceived(value: JsonRecord): JsonSource {
  return received(JSON.stringify(value));
}

/** What is written, as its reader parses it. */
export function asRead(written: WrittenObject): JsonRecord {
  return JSON.parse(jsonText(written)) as JsonRecord;
}
