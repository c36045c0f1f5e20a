// The usage an answer reports, from its beginning and its end: for where nothing else needs to be read.
import { parseRecord, visitDocuments } from "./answer-documents.ts";
import { createUsageReader, noUsage, type ReportedUsage } from "./answer-usage.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { protocols } from "../protocols/protocol.ts";
import type { CapturedBody } from "./log-entry.ts";

/** Bytes at the beginning and at the end of a long answer that are looked at: usage is said first or last. */
export const headBytes = 8 * 1024;
export const tailBytes = 32 * 1024;

/** Bytes at the end of an answer that are parsed for its usage, which stands there as a rule. */
const lastBytes = 1_024;

/** Counts that stand alone, each by the name of its own. */
const bareNames = Object.values(protocols).flatMap(({ usage }) => Object.values(usage.bare));

/** What a document with usage holds; others are not parsed. */
const namesUsage = new RegExp(
  ['"usage"\\s*:\\s*\\{', ...bareNames.map((name) => `"${name}"`)].join("|"),
);

/** Whether an event's JSON may report usage; it does not where this says no. */
export function mayReportUsage(json: string): boolean {
  return namesUsage.test(json);
}

/**
 * Usage as an answer reports it, without reading all of it: for where nothing else needs to be read.
 * Of an answer that was kept cut, the part that was said at its beginning.
 */
export function reportedUsage(body: CapturedBody | null): ReportedUsage {
  if (body === null) return noUsage;
  const reader = createUsageReader();
  if (body.parsed !== undefined) {
    reader.add(body.parsed);
    return reader.usage();
  }
  const { bytes, isWhole } = edges(body.chunks);
  const end = isWhole ? lastMembers(bytes) : null;
  if (end !== null) {
    reader.add(end);
    return reader.usage();
  }
  const add = (document: JsonRecord) => {
    reader.add(document);
  };
  visitDocuments(bytes, add, mayReportUsage);
  // One document too long to be looked at whole has its usage near its end.
  if (!isWhole) lastCounts(new TextDecoder().decode(bytes.subarray(-tailBytes))).forEach(add);
  const { prompt, cached, ...later } = reader.usage();
  return body.truncated ? { ...noUsage, prompt, cached } : { prompt, cached, ...later };
}

/**
 * The last members of an answer that is one JSON object in one line, from its usage on: what follows
 * the name is an object's rest only where the name stands at its top, and within a text of the model's
 * its quotes would be escaped. null: the answer is another, or its usage stands elsewhere.
 */
function lastMembers(bytes: Uint8Array): JsonRecord | null {
  if (bytes[0] !== 0x7b || bytes.includes(0x0a) || bytes.includes(0x0d)) return null;
  // Names and numbers are the same in UTF-8, and a text of single bytes costs less to make.
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.lastIndexOf('"usage"');
  if (at < 1 || text.length - at > lastBytes || text[at - 1] === "\\") return null;
  if (bareNames.some((name) => text.includes(`"${name}"`))) return null;
  return parseRecord(`{${text.slice(at)}`);
}

/** An answer in one piece; of a long one its beginning and its end, parted by a line's end. */
function edges(chunks: readonly Uint8Array[]): { readonly bytes: Uint8Array; isWhole: boolean } {
  let size = 0;
  for (const chunk of chunks) size += chunk.length;
  if (size <= headBytes + tailBytes) return { bytes: joined(chunks), isWhole: true };
  const [head, tail]: Uint8Array[][] = [[], []];
  for (let at = 0, left = headBytes; left > 0; at++) {
    const piece = chunks[at]?.subarray(0, left) ?? new Uint8Array(0);
    left -= piece.length;
    head?.push(piece);
  }
  for (let at = chunks.length - 1, left = tailBytes; left > 0; at--) {
    const chunk = chunks[at] ?? new Uint8Array(0);
    const piece = chunk.subarray(Math.max(0, chunk.length - left));
    left -= piece.length;
    tail?.unshift(piece);
  }
  const lineEnd = new Uint8Array([0x0a]);
  return { bytes: joined([...(head ?? []), lineEnd, ...(tail ?? [])]), isWhole: false };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  let size = 0;
  for (const chunk of chunks) size += chunk.length;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The last usage in the rest of a JSON text; within a text of the model's the quotes would be escaped. */
function lastCounts(text: string): readonly JsonRecord[] {
  const usage = /^\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/.exec(behindLast(text, '"usage"'))?.[1];
  const parsed = usage === undefined ? null : parseRecord(usage);
  const counts = bareNames.flatMap((name) => {
    const digits = /^\s*:\s*(\d{1,12})\b/.exec(behindLast(text, `"${name}"`))?.[1];
    return digits === undefined ? [] : [{ [name]: Number(digits) }];
  });
  return [...(parsed === null ? [] : [{ usage: parsed }]), ...counts];
}

function behindLast(text: string, key: string): string {
  const at = text.lastIndexOf(key);
  return at < 0 || text[at - 1] === "\\" ? "" : text.slice(at + key.length);
}
