// Answers as Responses gives them: the events of a stream, or one object.
import { joinBytes } from "../../bytes/join-bytes.ts";
import type { WrittenObject } from "../../bytes/json-written.ts";
import type { AnswerEvent, AnswerEventWriter, WriterContext } from "../neutral/answer.ts";
import { answerIdOf } from "../../call/answer-id.ts";
import { promptBytes } from "../neutral/prompt-bytes.ts";
import { done, EventLog } from "./event-log.ts";
import { failureCode } from "./failure-code.ts";
import { createOutputItems } from "./output-items.ts";
import { type ResponseHead, responseObject, type ResponseState } from "./response-object.ts";
import { createResponseUsage } from "./response-usage.ts";

/** A response while it comes. */
interface GrowingResponse {
  take(event: AnswerEvent, now: number): void;
  /** @param now epoch ms */
  complete(now: number): WrittenObject;
  fail(error: ResponseFailure): void;
  state(): "open" | "complete" | "failed";
  hasBegun(): boolean;
  /** The model has come to its end, though not the stream. */
  hasFinished(): boolean;
}

interface ResponseFailure {
  readonly type: string;
  readonly code: string;
  readonly message: string;
}

function growingResponse(context: WriterContext, log: EventLog): GrowingResponse {
  const head: ResponseHead = {
    id: answerIdOf(context.id),
    model: context.model,
    createdAt: seconds(context.startedAt),
    asked: context.asked,
    isKept: context.kept,
    previous: context.previous,
  };
  const items = createOutputItems(context, log);
  const usage = createResponseUsage(() => context.estimatedPrompt(promptBytes));
  let begun = false;
  let state: "open" | "complete" | "failed" = "open";
  let finish: string | null = null;

  function snapshot(how: Omit<ResponseState, "output">): WrittenObject {
    return responseObject(head, { ...how, output: items.written() });
  }

  function begin(): void {
    if (begun) return;
    begun = true;
    const response = snapshot({ status: "in_progress" });
    log.emit("response.created", { response });
    log.emit("response.in_progress", { response });
  }

  function complete(now: number): WrittenObject {
    begin();
    state = "complete";
    const reason = reasonOf(finish);
    items.close(reason === null ? "completed" : "incomplete");
    const counts = usage.written(items.characters());
    const response = snapshot(
      reason === null
        ? { status: "completed", usage: counts, completedAt: seconds(now) }
        : { status: "incomplete", usage: counts, reason },
    );
    log.emit(`response.${reason === null ? "completed" : "incomplete"}`, { response });
    return response;
  }

  function fail({ type, code, message }: ResponseFailure): void {
    begin();
    state = "failed";
    const error = { type, code, message, param: null };
    log.emit("error", { error, code, message, param: null });
    const response = snapshot({ status: "failed", error: { code, message } });
    log.emit("response.failed", { response });
  }

  function take(event: AnswerEvent, now: number): void {
    switch (event.kind) {
      case "text":
        begin();
        if (event.refusal === true) items.refusal(event.text);
        else items.text(event.text);
        break;
      case "citation":
        begin();
        items.citation(event);
        break;
      case "thinking":
        begin();
        items.thinking((event.gap ?? "") + event.text);
        break;
      case "seal":
        begin();
        items.seal(event);
        break;
      case "calls":
        begin();
        items.calls(event.pieces);
        break;
      case "logprobs":
        items.logprobs(event.tokens);
        break;
      case "usage":
        usage.take(event);
        break;
      case "finish":
        finish = event.reason;
        break;
      case "image":
        context.lose("answer.images");
        break;
      case "other":
        context.lose(event.field);
        break;
      case "error":
        fail({
          type: "server_error",
          code: failureCode({ codes: [], ...event }),
          message: event.message,
        });
        break;
      case "end":
        complete(now);
        break;
      case "vector":
        break;
    }
  }

  return {
    take,
    complete,
    fail,
    state: () => state,
    hasBegun: () => begun,
    hasFinished: () => finish !== null,
  };
}

/** Text may follow a finish, so only `end` or the stream's end brings the last events. */
export function createResponseWriter(context: WriterContext): AnswerEventWriter {
  const log = new EventLog();
  const response = growingResponse(context, log);

  function events(said: readonly AnswerEvent[], now: number): readonly Uint8Array[] {
    if (response.state() !== "open") return [];
    for (const event of said) if (response.state() === "open") response.take(event, now);
    const written = log.taken();
    return response.state() === "complete" ? [...written, done] : written;
  }

  function end(now: number): readonly Uint8Array[] {
    if (response.state() !== "open") return [];
    response.complete(now);
    return [...log.taken(), done];
  }

  return {
    events,
    end: (now) => (response.hasFinished() ? end(now) : []),
    wholeAsEvents: (said, now) => [...events(said, now), ...end(now)],
    alive() {
      if (!response.hasBegun() || response.state() !== "open") return null;
      log.emit("keepalive", {});
      return joinBytes([...log.taken()]);
    },
    broken(error) {
      if (response.state() !== "open") return [];
      const said = (key: string) => (typeof error[key] === "string" ? error[key] : "server_error");
      response.fail({ type: said("type"), code: said("code"), message: said("message") });
      return log.taken();
    },
  };
}

/** A whole answer as one object. @param now epoch ms */
export function wholeResponse(
  said: readonly AnswerEvent[],
  context: WriterContext,
  now: number,
): WrittenObject {
  const response = growingResponse(context, new EventLog());
  for (const event of said)
    if (event.kind !== "end" && event.kind !== "error") response.take(event, now);
  return response.complete(now);
}

function reasonOf(finish: string | null): "max_output_tokens" | "content_filter" | null {
  if (finish === "length" || finish === "model_length") return "max_output_tokens";
  return finish === "content_filter" || finish === "safety" ? "content_filter" : null;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
