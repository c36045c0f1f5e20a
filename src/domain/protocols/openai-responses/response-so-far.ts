// What has gone by of a Responses stream that passes as it comes: only the bytes of what its last words need, read when it breaks.
import { sseJson } from "../../bytes/event-json.ts";
import type { Frame } from "../../bytes/frame.ts";
import { joinBytes } from "../../bytes/join-bytes.ts";
import { isRecord, type JsonRecord, parseJson } from "../../bytes/json.ts";
import { type JsonSource, jsonSource } from "../../bytes/json-source.ts";
import { inOrder, type RawJson, type Written } from "../../bytes/json-written.ts";
import { createSseSplitter } from "../../bytes/sse.ts";
import type { StreamSoFar } from "../error-form.ts";
import type { UpstreamError } from "../upstream-error.ts";
import { EventLog } from "./event-log.ts";
import { logFailure, type ResponseError, unknownResponse } from "./failure-words.ts";

export function createResponseSoFar(requestId: string): StreamSoFar {
  return new ResponseSoFar(requestId);
}

/** Bytes of events kept at most; what is larger is left out of the last words. */
const maxKept = 1024 * 1024;

const nothing = new Uint8Array(0);

class ResponseSoFar implements StreamSoFar {
  readonly #requestId: string;
  /** The first event that held the response, and the last. */
  #first: Uint8Array | null = null;
  #snapshot: Uint8Array | null = null;
  /** Events with which items were done since. */
  #done: Uint8Array[] = [];
  #size = 0;
  /** Of the last event that was read; -1: none had one. */
  #number = -1;
  /** What passed unread since. */
  #unread: Uint8Array | null = null;
  #hasFailed = false;

  constructor(requestId: string) {
    this.#requestId = requestId;
  }

  saw({ bytes, event }: Frame, json: JsonRecord | null): void {
    if (json === null) return;
    this.#unread = null;
    this.#number = numberOf(json) ?? this.#number;
    const type = typeof json["type"] === "string" ? json["type"] : event;
    if (isRecord(json["response"])) {
      this.#hasFailed = type === "response.failed";
      if (bytes.length > maxKept) return;
      this.#snapshot = kept(bytes);
      this.#first ??= this.#snapshot;
    } else if (type === "response.output_item.done" && this.#size + bytes.length <= maxKept) {
      this.#size += bytes.length;
      this.#done.push(kept(bytes));
    }
  }

  passed(events: Uint8Array): void {
    this.#unread = events;
  }

  beginning(): Uint8Array | null {
    if (this.#first === null || this.#snapshot === null) return null;
    return this.#first === this.#snapshot ? this.#first : joinBytes([this.#first, this.#snapshot]);
  }

  /** Its server's next event has the next number, so this one has the last again. */
  alive(): Uint8Array | null {
    if (this.#snapshot === null) return null;
    const log = new EventLog(Math.max(0, this.#next() - 1));
    log.emit("keepalive", {});
    return joinBytes([...log.taken()]);
  }

  afterTheirs({ message, codes }: UpstreamError): Uint8Array {
    if (this.#hasFailed) return nothing;
    // What stands beside an error that is an event names the event.
    const code = codes.find((word) => word !== "error") ?? "server_error";
    const log = new EventLog(this.#next());
    log.emit("response.failed", { response: this.#failed({ code, message }) });
    return joinBytes([...log.taken()]);
  }

  lastWords(error: JsonRecord): Uint8Array {
    const log = new EventLog(this.#next());
    logFailure(log, error, (said) => this.#failed(said));
    return joinBytes([...log.taken()]);
  }

  #next(): number {
    const last = this.#unread === null ? null : eventIn(this.#unread);
    return ((last === null ? null : numberOf(last.record)) ?? this.#number) + 1;
  }

  /** As it last stood, with what was done since. */
  #failed(error: ResponseError): Written {
    const seen = this.#snapshot === null ? null : eventIn(this.#snapshot)?.member("response");
    const output = itemsOf(seen ?? null, this.#done);
    if (seen === null || seen === undefined)
      return unknownResponse(this.#requestId, { status: "failed", output, error });
    const members = new Map<string, Written>();
    for (const key of seen.keys()) members.set(key, seen.member(key).raw());
    return inOrder(members.set("status", "failed").set("error", error).set("output", output));
  }
}

/** A copy where little of what it was cut from is wanted, which could not go else. */
function kept(bytes: Uint8Array): Uint8Array {
  return bytes.length < bytes.buffer.byteLength / 2 ? bytes.slice() : bytes;
}

export function numberOf({ sequence_number: number }: JsonRecord): number | null {
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

/** The last event in some bytes that have whole ones; null: none of JSON. */
export function eventIn(bytes: Uint8Array): JsonSource | null {
  const splitter = createSseSplitter();
  const frames = [...splitter.push(bytes), splitter.end()];
  const frame = frames.findLast((one) => one !== null && one.data !== null) ?? null;
  const json = frame === null ? undefined : parseJson(frame.data ?? "");
  return frame === null || !isRecord(json) ? null : jsonSource(json, () => sseJson(frame));
}

/** Those of the snapshot, each as it was done, if it was. */
function itemsOf(seen: JsonSource | null, done: readonly Uint8Array[]): readonly RawJson[] {
  const items = new Map<number, RawJson>();
  for (const [index, item] of (seen?.member("output").items() ?? []).entries())
    items.set(index, item.raw());
  for (const bytes of done) {
    const event = eventIn(bytes);
    const index = event?.record["output_index"];
    const item = event?.member("item");
    if (item !== undefined && isRecord(item.value))
      items.set(typeof index === "number" ? index : items.size, item.raw());
  }
  return [...items].toSorted(([a], [b]) => a - b).map(([, item]) => item);
}
