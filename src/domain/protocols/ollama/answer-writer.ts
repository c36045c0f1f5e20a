// Answers as Ollama gives them: the lines of its NDJSON, one by one, or one object.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type { WriterContext, AnswerEvent, AnswerEventWriter } from "../neutral/answer.ts";
import { doneReason, nothingSaid, saidFields, type SaidPiece, timestamp } from "./answer-shape.ts";
import { createCallAssembler, unreadableText } from "./call-assembler.ts";
import { createLineWriter } from "./line-writer.ts";
import type { OllamaKind } from "./endpoints.ts";
import { readSaid, type SaidEvents } from "./said-events.ts";
import { createStatistics } from "./statistics.ts";

/**
 * Lines add up to what `wholeAnswer` makes of the same answer. Text goes on at once; tool calls are
 * held until they are whole, since a piece of arguments is not an object. Text and counts may follow a
 * finish, so only `end` or the stream's end brings the last line.
 */
export function createLinesWriter(
  kind: "chat" | "generate",
  context: WriterContext,
): AnswerEventWriter {
  const { startedAt, lose } = context;
  const statistics = createStatistics();
  const assembler = createCallAssembler();
  const line = createLineWriter(kind, context.model);
  let firstAt: number | null = null;
  // Waiting for more that never came is not time that the model took.
  let saidAt = startedAt;
  let spoke = false;
  let finishReason: string | null = null;
  let ended = false;

  function heldCalls(now: number): readonly Uint8Array[] {
    const assembled = assembler.take();
    const content = unreadableText(assembled, spoke);
    const { calls } = assembled;
    spoke ||= content !== "";
    return content === "" && calls.length === 0
      ? []
      : [line.said({ ...nothingSaid, content, calls }, now)];
  }

  function lastLines(now: number): readonly Uint8Array[] {
    ended = true;
    const timings = {
      totalMs: saidAt - startedAt,
      ttftMs: firstAt === null ? null : firstAt - startedAt,
    };
    const done_reason = doneReason(finishReason);
    const last = { done: true, done_reason, ...statistics.ofText(timings) };
    return [...heldCalls(now), line.last(last, now)];
  }

  function saidLines(said: SaidEvents, now: number): Uint8Array[] {
    const { content, thinking, images, logprobs } = said;
    spoke ||= content !== "";
    const empty = content === "" && thinking === "" && images.length === 0;
    // In a chat lines go on while nothing in them is for the client, who would else take it for stalled.
    const silent = kind === "generate" || !said.hushed;
    return empty && silent && logprobs.length === 0
      ? []
      : [line.said({ content, thinking, images, logprobs, calls: nothingSaid.calls }, now)];
  }

  return {
    events(events, now) {
      if (ended) return [];
      const said = readSaid(kind, events, assembler, statistics, lose);
      // What is over alone says nothing; what comes with it does.
      if (!said.over || events.length > 1) saidAt = now;
      if (said.error !== null) {
        ended = true;
        return [line.error(said.error)];
      }
      const lines = saidLines(said, now);
      if (lines.length > 0 || said.called) firstAt ??= now;
      finishReason = said.finish ?? finishReason;
      if (said.over) return [...lines, ...lastLines(now)];
      return said.finish === null ? lines : [...lines, ...heldCalls(now)];
    },
    end: (now) => (ended || finishReason === null ? [] : lastLines(now)),
    wholeAsEvents(events, now) {
      saidAt = now;
      const said = readSaid(kind, events, assembler, statistics, lose);
      finishReason = said.finish;
      return [...saidLines(said, now), ...lastLines(now)];
    },
  };
}

/** A whole answer as one object. @param now epoch ms */
export function wholeAnswer(
  kind: OllamaKind,
  events: readonly AnswerEvent[],
  context: WriterContext,
  now: number,
): WrittenObject {
  switch (kind) {
    case "chat":
    case "generate":
      return textAnswer(kind, events, context, now);
    case "embed": {
      const statistics = createStatistics();
      for (const event of events) if (event.kind === "usage") statistics.take(event);
      const timings = { totalMs: now - context.startedAt, ttftMs: null };
      const { model } = context;
      return { model, embeddings: vectors(events), ...statistics.ofEmbeddings(timings) };
    }
    case "embeddings":
      return { embedding: vectors(events)[0] ?? [] };
  }
}

function textAnswer(
  kind: "chat" | "generate",
  events: readonly AnswerEvent[],
  { model, startedAt, lose }: WriterContext,
  now: number,
): WrittenObject {
  const statistics = createStatistics();
  const assembler = createCallAssembler();
  const said = readSaid(kind, events, assembler, statistics, lose);
  const assembled = assembler.take();
  const text: SaidPiece = {
    ...said,
    content: said.content + unreadableText(assembled, said.content !== ""),
    calls: assembled.calls,
  };
  return {
    model,
    created_at: timestamp(now),
    ...saidFields(kind, text),
    done: true,
    done_reason: doneReason(said.finish),
    ...statistics.ofText({ totalMs: now - startedAt, ttftMs: null }),
  };
}

function vectors(events: readonly AnswerEvent[]): readonly Written[] {
  return events.flatMap((event) => (event.kind === "vector" ? [event.vector] : []));
}
