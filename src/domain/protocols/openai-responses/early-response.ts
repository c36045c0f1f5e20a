// The events by which a Responses stream begins before anything is known of its answer, whose own events then follow them.
import { answerIdOf } from "../../call/answer-id.ts";
import { sseJson } from "../../bytes/event-json.ts";
import type { Frame } from "../../bytes/frame.ts";
import { joinBytes } from "../../bytes/join-bytes.ts";
import type { JsonRecord } from "../../bytes/json.ts";
import { memberSpan, spliced } from "../../bytes/json-members.ts";
import type { EarlyAsked, EarlyEvents } from "../event-reading.ts";
import { EventLog } from "./event-log.ts";
import { eventIn, numberOf } from "./response-so-far.ts";
import { responseObject } from "./response-object.ts";

export function createEarlyResponse(asked: EarlyAsked): EarlyEvents {
  return new EarlyResponse(asked);
}

/** With these an answer begins, and so it does not begin again. */
const beginnings: ReadonlySet<unknown> = new Set([
  "response.created",
  "response.in_progress",
  "response.queued",
]);

const nothing = new Uint8Array(0);

class EarlyResponse implements EarlyEvents {
  readonly #asked: EarlyAsked;
  readonly #log: EventLog;
  #hasBegun = false;

  constructor(asked: EarlyAsked) {
    this.#asked = asked;
    const { beginning } = asked;
    const last = beginning === null ? null : eventIn(beginning);
    this.#log = new EventLog(last === null ? 0 : (numberOf(last.record) ?? 0) + 1);
  }

  alive(now: number): Uint8Array {
    if (this.#hasBegun) this.#log.emit("keepalive", {});
    else this.#begin(now);
    return joinBytes([...this.#log.taken()]);
  }

  /** Only its number is another: what it says of its response is its server's. */
  follow(frame: Frame, json: JsonRecord | null): Uint8Array {
    if (json === null) return frame.bytes;
    if (beginnings.has(json["type"])) return nothing;
    const { bytes, start } = sseJson(frame);
    const span = memberSpan(bytes, start, "sequence_number");
    return span === undefined
      ? frame.bytes
      : spliced(bytes, [{ span, put: String(this.#log.number()) }]);
  }

  #begin(now: number): void {
    this.#hasBegun = true;
    const { id, model, request, kept, previous, beginning } = this.#asked;
    if (beginning !== null) {
      this.#log.add(beginning);
      return;
    }
    const head = {
      id: answerIdOf(id),
      model: model ?? "",
      createdAt: Math.floor(now / 1_000),
      asked: request,
      isKept: kept,
      previous,
    };
    const response = responseObject(head, { status: "in_progress", output: [] });
    this.#log.emit("response.created", { response });
    this.#log.emit("response.in_progress", { response });
  }
}
