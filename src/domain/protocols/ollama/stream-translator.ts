// An OpenAI stream's events as the lines of Ollama's NDJSON, one by one.
import { failureIn } from "../failure-in.ts";
import type { UpstreamError } from "../upstream-error.ts";
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { WrittenObject } from "../../bytes/json-written.ts";
import { type Lose, reportLosses } from "./answer-losses.ts";
import { readLogprobs } from "./answer-logprobs.ts";
import { nothingSaid, saidFields, timestamp, unreadableText } from "./answer-shape.ts";
import type { SaidPiece } from "./answer-shape.ts";
import { doneReason, readFirstChoice, type ReadChoice } from "./choice-reading.ts";
import { createMetrics } from "./durations.ts";
import { createToolCallAssembler } from "./tool-call-assembler.ts";

export interface StreamContext {
  /** The model that answered, as the client shall read it. */
  readonly model: string;
  /** Epoch ms at which the request was sent; durations count from here. */
  readonly startedAt: number;
  readonly lose: Lose;
}

export interface StreamTranslator {
  /** Takes an event's payload; gives the lines that follow from it.
   * @param now epoch ms */
  push(event: JsonSource | "[DONE]", now: number): readonly WrittenObject[];
  /** All lines of an answer that came whole. */
  whole(answer: JsonSource, now: number): readonly WrittenObject[];
  /**
   * The answer is complete although no `[DONE]` has come: the last line, unless it is out or no
   * choice has finished. It waits until then, since more may follow a finish reason. Not to be
   * called where the answer was cut: it must not look like a complete one.
   */
  end(now: number): readonly WrittenObject[];
  /** The last line is out, the one with `done: true` or an error; what else comes is passed over. */
  ended(): boolean;
}

/**
 * Lines add up to what `answerToOllama` makes of the same answer given whole. Text goes on at once;
 * tool calls are held until they are whole, since a piece of arguments is no object. Text and
 * counts may follow a `finish_reason`, so only `[DONE]` or the stream's end brings the last line.
 */
export function createStreamTranslator(
  kind: "chat" | "generate",
  context: StreamContext,
): StreamTranslator {
  const metrics = createMetrics();
  const assembler = createToolCallAssembler();
  let firstAt: number | null = null;
  // Waiting for more that never came is not time that the model took.
  let saidAt = context.startedAt;
  let spoke = false;
  let finishReason: string | null = null;
  let ended = false;

  function line(said: SaidPiece, now: number, last: WrittenObject = { done: false }) {
    const head = { model: context.model, created_at: timestamp(now) };
    return { ...head, ...saidFields(kind, said), ...last };
  }

  function heldCalls(now: number): readonly WrittenObject[] {
    const assembled = assembler.take();
    const content = unreadableText(assembled, spoke);
    const { calls } = assembled;
    spoke ||= content !== "";
    if (content === "" && calls.length === 0) return [];
    return [line({ ...nothingSaid, content, calls }, now)];
  }

  function lastLines(now: number): readonly WrittenObject[] {
    ended = true;
    const timings = {
      totalMs: saidAt - context.startedAt,
      ttftMs: firstAt === null ? null : firstAt - context.startedAt,
    };
    const last = {
      done: true,
      done_reason: doneReason(finishReason),
      ...metrics.statistics(timings),
    };
    return [...heldCalls(now), line(nothingSaid, now, last)];
  }

  function said({ content, thinking, images, choice }: ReadChoice, now: number) {
    const { carried } = images;
    const logprobs = readLogprobs(choice);
    spoke ||= content !== "";
    const spare = content === "" && thinking === "" && carried.length === 0;
    return spare && logprobs.length === 0
      ? []
      : [line({ content, thinking, images: carried, calls: [], logprobs }, now)];
  }

  function answered(read: ReadChoice, now: number): readonly WrittenObject[] {
    assembler.addPieces(read.message);
    const lines = said(read, now);
    if (lines.length > 0 || callsIn(read)) firstAt ??= now;
    if (read.finishReason === null) return lines;
    finishReason = read.finishReason;
    return [...lines, ...heldCalls(now)];
  }

  return {
    ended: () => ended,
    end: (now) => (ended || finishReason === null ? [] : lastLines(now)),
    push(event, now) {
      if (ended) return [];
      if (event === "[DONE]") return lastLines(now);
      saidAt = now;
      metrics.read(event);
      const read = readFirstChoice(event);
      reportLosses(kind, event, read, context.lose);
      const failure = failureOf(event, read);
      if (failure !== null) {
        ended = true;
        return [{ error: failure.message }];
      }
      return read === null ? [] : answered(read, now);
    },
    whole(answer, now) {
      saidAt = now;
      metrics.read(answer);
      const read = readFirstChoice(answer);
      reportLosses(kind, answer, read, context.lose);
      if (read === null) return lastLines(now);
      assembler.addWhole(read.message);
      finishReason = read.finishReason;
      return [...said(read, now), ...lastLines(now)];
    },
  };
}

function callsIn({ message }: ReadChoice): boolean {
  const called = message.record["tool_calls"] ?? message.record["function_call"];
  return called !== undefined && called !== null;
}

/** Why the answer failed, where the event says so; a failure never ends like a complete answer. */
function failureOf({ value }: JsonSource, read: ReadChoice | null): UpstreamError | null {
  const silent = read === null || (read.content === "" && read.thinking === "" && !callsIn(read));
  return isRecord(value) ? failureIn(value, !silent) : null;
}
