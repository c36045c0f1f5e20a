// Where an event's JSON stands in its bytes, so that it can be spliced.
import type { Frame } from "./frame.ts";

export interface EventJson {
  readonly bytes: Uint8Array;
  /** Where the JSON's value begins, white space aside. */
  readonly start: number;
}

const lf = 0x0a;
const cr = 0x0d;

/**
 * The JSON of a server-sent event. Where it is spread over several data lines (which no known
 * server does), the bytes are the event's with those lines made one: breaks are white space
 * between JSON's tokens and cannot stand within them.
 */
export function sseJson(frame: Frame): EventJson {
  const { bytes, data } = frame;
  if (data?.includes("\n") === true) return onOneLine(frame, data);
  let at = afterMark(bytes, 0);
  while (at < bytes.length && !isData(bytes, at)) at = nextLine(bytes, at);
  return { bytes, start: skipSpace(bytes, at + "data:".length) };
}

/** The JSON of a line of NDJSON. */
export function lineJson(frame: Frame): EventJson {
  return { bytes: frame.bytes, start: skipSpace(frame.bytes, afterMark(frame.bytes, 0)) };
}

function onOneLine({ bytes }: Frame, data: string): EventJson {
  const value = new TextEncoder().encode(`${data.replaceAll("\n", " ")}\n\n`.trimStart());
  const whole = new Uint8Array(bytes.length + oneLine.length + value.length + 1);
  let size = 0;
  for (let at = afterMark(bytes, 0), next = at; at < bytes.length; at = next) {
    next = nextLine(bytes, at);
    const other = bytes.subarray(at, next - 1);
    if (other.length === 0 || isData(bytes, at) || isBareData(other)) continue;
    whole.set(other, size);
    whole[size + other.length] = lf;
    size += next - at;
  }
  whole.set(oneLine, size);
  const start = size + oneLine.length;
  whole.set(value, start);
  return { bytes: whole.subarray(0, start + value.length), start };
}

/** A stream may begin with a byte order mark. */
function afterMark(bytes: Uint8Array, at: number): number {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? at + 3 : at;
}

const dataField = new TextEncoder().encode("data:");
const oneLine = new TextEncoder().encode("data: ");

/** A data line without a value. */
function isBareData(line: Uint8Array): boolean {
  return line.length === 4 && dataField.every((byte, at) => at === 4 || line[at] === byte);
}

function isData(bytes: Uint8Array, at: number): boolean {
  return dataField.every((byte, offset) => bytes[at + offset] === byte);
}

function nextLine(bytes: Uint8Array, at: number): number {
  let to = at;
  while (to < bytes.length && bytes[to] !== lf && bytes[to] !== cr) to++;
  return to + 1;
}

function skipSpace(bytes: Uint8Array, at: number): number {
  let to = at;
  while (bytes[to] === 0x20 || bytes[to] === lf || bytes[to] === cr || bytes[to] === 0x09) to++;
  return to;
}
