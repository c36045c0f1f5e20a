// An answer's bytes as the JSON objects in it: one for plain JSON, one per event or line of a stream.

import { isRecord, type JsonRecord, parseJson } from "../bytes/json.ts";

/** The object a text is, or null: for what is not JSON, too intricate to be read, or JSON of another kind. */
export function parseRecord(text: string): JsonRecord | null {
  // An error made for each of a million lines would take seconds.
  if (!/^\s*\{/.test(text)) return null;
  const value = parseJson(text);
  return isRecord(value) ? value : null;
}

/** Lines that are tried as one event; known servers send one, a million would be held as a list. */
const maxEventLines = 1_000;

/**
 * Visits every JSON object of an answer in the order received, whatever form it came in (plain
 * JSON, server-sent events, NDJSON). The bytes decide the form, not the request: servers
 * answer a streaming request with plain JSON, and a translated call with the other surface's
 * format. What cannot be read is passed over; never throws. One at a time, so that an answer of
 * many events is never held as objects.
 * @param wanted looks at each text first; one that it does not want is not parsed
 */
export function visitDocuments(
  bytes: Uint8Array,
  visit: (document: JsonRecord) => void,
  wanted: (text: string) => boolean = () => true,
): void {
  const whole = wholeDocument(bytes);
  if (whole !== null) {
    visit(whole);
    return;
  }
  const visitText = (text: string): boolean => {
    const document = wanted(text) ? parseRecord(text) : null;
    if (document !== null) visit(document);
    return document !== null;
  };
  let event: string[] = [];
  const closeEvent = (): void => {
    // Some servers leave out the blank line between events, so lines also count one by one.
    if (event.length > 1 && visitText(event.join("\n"))) event = [];
    for (const line of event) visitText(line);
    event = [];
  };
  visitLines(bytes, (line) => {
    if (line === "" || event.length === maxEventLines) closeEvent();
    if (line.startsWith("data:")) event.push(line.slice("data:".length));
    else if (line.startsWith("{")) visitText(line);
  });
  closeEvent();
}

const [lf, cr, openBrace] = [0x0a, 0x0d, 0x7b];
const bom = [0xef, 0xbb, 0xbf];

/** The answer where it is one JSON object over several lines; null for all others. */
function wholeDocument(bytes: Uint8Array): JsonRecord | null {
  const begin = bytes.findIndex((byte) => byte > 0x20 && !bom.includes(byte));
  if (bytes[begin] !== openBrace) return null;
  const decoder = new TextDecoder();
  const end = bytes.indexOf(lf, begin);
  // A first line that is an object by itself begins NDJSON, and is found as a line.
  const firstLine = end < 0 ? null : parseRecord(decoder.decode(bytes.subarray(begin, end)));
  return firstLine === null ? parseRecord(decoder.decode(bytes)) : null;
}

/** Bytes made text at a time; a line that is longer stays whole. */
const blockBytes = 256 * 1024;

/** Lines without their ends (LF, CRLF or CR). */
function visitLines(bytes: Uint8Array, visit: (line: string) => void): void {
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf(lf, at + blockBytes);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    // Left on, the CR of a CRLF would end a line of its own.
    const block = bytes.subarray(at, bytes[end - 1] === cr ? end - 1 : end);
    for (const line of decoder.decode(block).split(/\r\n|\n|\r/)) visit(line);
    at = end + 1;
  }
}
