// An OpenAI stream's events as the lines of Ollama's NDJSON, one by one.
import type { JsonRecord } from "../json.ts";
import { readLogprobs } from "./answer-logprobs.ts";
import { nothingSaid, saidFields, timestamp, unreadableText } from "./answer-shape.ts";
import type { SaidPiece } from "./answer-shape.ts";
import { doneReason, readFirstChoice } from "./choice-reading.ts";
import { createMetrics } from "./durations.ts";
import { errorToOllama } from "./error-to-ollama.ts";
import { createToolCallAssembler } from "./tool-call-assembler.ts";

export interface StreamContext {
  /** The model that answered, as the client shall read it. */
  readonly model: string;
  /** Epoch ms at which the request was sent; durations count from here. */
  readonly startedAt: number;
}

export interface StreamTranslator {
  /** Takes an event's parsed payload; gives the lines that follow from it.
   * @param now epoch ms */
  push(event: JsonRecord | "[DONE]", now: number): readonly JsonRecord[];
  /**
   * The answer is complete although no `[DONE]` has come: the last line, unless it is out or no
   * choice has finished. It waits until then, since more may follow a finish reason. Not to be
   * called where the answer was cut: it must not look like a complete one.
   */
  end(now: number): readonly JsonRecord[];
  /** The last line is out, the one with `done: true` or an error; what else comes is passed over. */
  ended(): boolean;
}

/**
 * Lines add up to what `answerToOllama` makes of the same answer given whole. Text goes on at once;
 * tool calls are held until they are whole, since a piece of arguments is no object.
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

  function line(said: SaidPiece, now: number, last: JsonRecord = { done: false }): JsonRecord {
    const head = { model: context.model, created_at: timestamp(now) };
    return { ...head, ...saidFields(kind, said), ...last };
  }

  function heldCalls(now: number): readonly JsonRecord[] {
    const assembled = assembler.take();
    const content = unreadableText(assembled, spoke);
    const { calls } = assembled;
    spoke ||= content !== "";
    if (content === "" && calls.length === 0) return [];
    return [line({ ...nothingSaid, content, calls }, now)];
  }

  function lastLines(now: number): readonly JsonRecord[] {
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

  return {
    ended: () => ended,
    end: (now) => (ended || finishReason === null ? [] : lastLines(now)),
    push(event, now) {
      if (ended) return [];
      if (event === "[DONE]") return lastLines(now);
      saidAt = now;
      metrics.read(event);
      const read = readFirstChoice(event);
      if (read === null && holdsError(event)) {
        ended = true;
        return [errorToOllama(null, event)];
      }
      const lines: JsonRecord[] = [];
      if (read !== null) {
        const { content, thinking } = read;
        const logprobs = readLogprobs(read.choice);
        const called = read.message["tool_calls"] ?? read.message["function_call"];
        assembler.addPieces(read.message);
        if (content !== "" || thinking !== "" || logprobs.length > 0)
          lines.push(line({ content, thinking, calls: [], logprobs }, now));
        if (lines.length > 0 || (called !== undefined && called !== null)) firstAt ??= now;
        spoke ||= content !== "";
        if (read.finishReason !== null) {
          finishReason = read.finishReason;
          lines.push(...heldCalls(now));
        }
      }
      return lines;
    },
  };
}

function holdsError(event: JsonRecord): boolean {
  return event["error"] !== undefined && event["error"] !== null;
}
