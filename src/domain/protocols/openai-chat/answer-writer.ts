// Answers as chat completions give them: the chunks of a stream, or one object.
import { jsonLine, ownNumber, type WrittenObject } from "../../bytes/json-written.ts";
import { errorObject, problem } from "../../http/problem.ts";
import type {
  AnswerEvent,
  AnswerEventWriter,
  CitationEvent,
  WriterContext,
} from "../neutral/answer.ts";
import { createCallWriter, type CallWriter } from "./call-writer.ts";
import { createUsageWriter } from "./usage-writer.ts";

/**
 * Chunks add up to what `wholeCompletion` makes of the same answer. What an upstream says goes on at
 * once; text may follow a finish, so only `end` or the stream's end brings the last chunks.
 */
export function createChunksWriter(context: WriterContext): AnswerEventWriter {
  const { lose } = context;
  const calls = createCallWriter(context.asked, context.id, lose);
  const usage = createUsageWriter();
  const head = headOf(context, "chat.completion.chunk");
  // What is gathered for a client that wants no stream has it, too.
  const { stream } = context.asked.record;
  const options = context.asked.member("stream_options").record;
  const wantsUsage = options["include_usage"] === true || stream !== true;
  let said = 0;
  let finish: string | null = null;
  let begun = false;
  let ended = false;

  function chunk(delta: WrittenObject, more: WrittenObject = {}): Uint8Array {
    const choice = { index: ownNumber(0), delta, finish_reason: null, ...more };
    return written({ ...head, choices: [choice] });
  }

  function beginning(): readonly Uint8Array[] {
    if (begun) return [];
    begun = true;
    return [chunk({ role: "assistant", content: "" })];
  }

  function chunks(event: AnswerEvent): readonly Uint8Array[] {
    switch (event.kind) {
      case "text":
        if (event.refusal === true) return [chunk({ refusal: event.text })];
        said += event.text.length;
        return event.text === "" ? [] : [chunk({ content: event.text })];
      case "citation":
        return [chunk({ annotations: [annotation(event, said)] })];
      case "thinking":
        return [chunk({ reasoning_content: (event.gap ?? "") + event.text })];
      case "calls":
        return calls.deltas(event.pieces).map((delta) => chunk(delta));
      case "logprobs":
        return [chunk({}, { logprobs: logprobsOf(event.tokens) })];
      case "usage":
        usage.take(event);
        return [];
      case "finish":
        finish = event.reason;
        return [];
      case "image":
        lose("answer.images");
        return [];
      case "other":
        lose(event.field);
        return [];
      case "error":
        ended = true;
        return [failure(event.message)];
      case "end":
        return last();
      case "seal":
      case "vector":
        return [];
    }
  }

  function last(): readonly Uint8Array[] {
    ended = true;
    const counted = wantsUsage ? usage.written() : null;
    return [
      ...calls.rest().map((delta) => chunk(delta)),
      chunk({}, { finish_reason: finishReason(finish, calls) }),
      ...(counted === null ? [] : [written({ ...head, choices: [], usage: counted })]),
      done,
    ];
  }

  function events(list: readonly AnswerEvent[]): readonly Uint8Array[] {
    const out: Uint8Array[] = [];
    for (const event of list) {
      if (ended) break;
      if (event.kind !== "error") out.push(...beginning());
      out.push(...chunks(event));
    }
    return out;
  }

  return {
    events,
    end: () => (ended || finish === null ? [] : last()),
    wholeAsEvents: (list) => [...events(list), ...(ended ? [] : [...beginning(), ...last()])],
  };
}

/** A whole answer as one object. */
export function wholeCompletion(
  events: readonly AnswerEvent[],
  context: WriterContext,
): WrittenObject {
  const calls = createCallWriter(context.asked, context.id, context.lose);
  const usage = createUsageWriter();
  const tokens: WrittenObject[] = [];
  const annotations: WrittenObject[] = [];
  let content = "";
  let refusal: string | null = null;
  let thinking = "";
  let finish: string | null = null;
  for (const event of events)
    switch (event.kind) {
      case "text":
        if (event.refusal === true) refusal = (refusal ?? "") + event.text;
        else content += event.text;
        break;
      case "thinking":
        thinking += (event.gap ?? "") + event.text;
        break;
      case "citation":
        annotations.push(annotation(event, content.length));
        break;
      case "calls":
        calls.deltas(event.pieces);
        break;
      case "logprobs":
        tokens.push(...event.tokens);
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
      case "seal":
      case "vector":
      case "error":
      case "end":
        break;
    }
  const message = {
    role: "assistant",
    content: content === "" && (calls.finish() !== null || refusal !== null) ? null : content,
    refusal,
    reasoning_content: thinking === "" ? undefined : thinking,
    annotations: annotations.length === 0 ? undefined : annotations,
    ...calls.whole(),
  };
  const choice = {
    index: ownNumber(0),
    message,
    logprobs: tokens.length === 0 ? null : logprobsOf(tokens),
    finish_reason: finishReason(finish, calls),
  };
  return {
    ...headOf(context, "chat.completion"),
    choices: [choice],
    usage: usage.written() ?? undefined,
  };
}

/** What all chunks and answers begin with. Attempts of one call have the same id. */
function headOf({ id, startedAt, model }: WriterContext, object: string): WrittenObject {
  return { id: `chatcmpl-${id}`, object, created: ownNumber(Math.floor(startedAt / 1000)), model };
}

/** Agents go by it whether there is something to call; not every server says so. */
function finishReason(said: string | null, calls: CallWriter): string {
  const called = calls.finish();
  return called !== null && (said === null || said === "stop" || said === "tool_calls")
    ? called
    : (said ?? "stop");
}

/** @param said characters of the text so far */
function annotation({ url, title, length, since = 0 }: CitationEvent, said: number): WrittenObject {
  const end = Math.max(0, said - since);
  const place = { start_index: ownNumber(Math.max(0, end - length)), end_index: ownNumber(end) };
  return { type: "url_citation", url_citation: { url, title: title ?? "", ...place } };
}

/** OpenAI's tokens have all of these members. */
function logprobsOf(tokens: readonly WrittenObject[]): WrittenObject {
  const content = tokens.map((token) => ({ bytes: null, top_logprobs: [], ...token }));
  return { content, refusal: null };
}

function failure(message: string): Uint8Array {
  const { type, code } = errorObject(problem("upstream_broken", message));
  return written({ error: { message, type: String(type), param: null, code: String(code) } });
}

const encoder = new TextEncoder();

function written(json: WrittenObject): Uint8Array {
  return asEvent(jsonLine(json));
}

function asEvent(data: string): Uint8Array {
  return encoder.encode(`data: ${data}\n\n`);
}

const done = asEvent("[DONE]");
