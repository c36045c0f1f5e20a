// Answers as the events of Anthropic's streams.
import type { WrittenObject } from "../../bytes/json-written.ts";
import type { AnswerEvent, AnswerEventWriter, WriterContext } from "../neutral/answer.ts";
import { createBlockSequence } from "./block-sequence.ts";
import { writtenEvent } from "./event-writer.ts";
import { hidesThinking, loseOther, messageObject } from "./message-shape.ts";
import { createMessageUsage } from "./message-usage.ts";
import { promptBytes } from "../neutral/prompt-bytes.ts";
import { stopFields } from "./stop-reason.ts";

const notYet: WrittenObject = { stop_reason: null, stop_sequence: null };

/**
 * Blocks go out as they come; usage may follow a finish, so only `end` or the stream's end brings the
 * last events. After a failure nothing is closed: a client must not take the half for a whole.
 */
export function createMessageWriter(context: WriterContext): AnswerEventWriter {
  const usage = createMessageUsage(() => context.estimatedPrompt(promptBytes));
  const hidden = hidesThinking(context);
  let written: Uint8Array[] = [];
  let begun = false;
  let ended = false;
  let refused = false;
  let finish: string | null = null;
  const blocks = createBlockSequence(context, (event) => {
    begin();
    written.push(event);
  });

  function begin(): void {
    if (begun) return;
    begun = true;
    const message = messageObject(context, [], notYet, usage.written());
    written.push(writtenEvent("message_start", { message }));
  }

  function take(event: AnswerEvent): void {
    switch (event.kind) {
      case "text":
        blocks.say(event);
        refused ||= event.refusal === true;
        break;
      case "thinking":
        if (!hidden) blocks.say(event);
        break;
      case "seal":
        if (!hidden) blocks.seal(event);
        break;
      case "calls":
        blocks.call(event.pieces);
        break;
      case "usage":
        usage.take(event);
        break;
      case "finish":
        finish = refused ? "content_filter" : event.reason;
        blocks.close();
        break;
      case "error":
        ended = true;
        written.push(errorEvent(event.message));
        break;
      case "end":
        complete();
        break;
      case "citation":
      case "image":
      case "logprobs":
      case "other":
      case "vector":
        loseOther(event, context);
        break;
    }
  }

  function complete(): void {
    blocks.close();
    begin();
    ended = true;
    const delta = stopFields(finish, blocks.called());
    written.push(writtenEvent("message_delta", { delta, usage: usage.written() }));
    written.push(writtenEvent("message_stop", {}));
  }

  function taken(): readonly Uint8Array[] {
    const events = written;
    written = [];
    return events;
  }

  function events(said: readonly AnswerEvent[]): readonly Uint8Array[] {
    for (const event of said) if (!ended) take(event);
    return taken();
  }

  function end(): readonly Uint8Array[] {
    if (!ended) complete();
    return taken();
  }

  return {
    events,
    end: () => (finish === null ? [] : end()),
    wholeAsEvents: (said) => [...events(said), ...end()],
  };
}

function errorEvent(message: string): Uint8Array {
  // A stream has begun with 200: whatever happens to it then is a fault of the API's.
  return writtenEvent("error", { error: { type: "api_error", message } });
}
