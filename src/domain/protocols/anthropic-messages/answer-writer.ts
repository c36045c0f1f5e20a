// Answers as Anthropic gives them: the events of its streams, or one object.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type {
  AnswerEvent,
  AnswerEventWriter,
  WriterContext,
  WrittenEvent,
} from "../neutral/answer.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";
import { createBlockSequence } from "./block-sequence.ts";
import { writtenEvent } from "./event-writer.ts";
import { hidesThinking, madeCallId, messageObject, unreadableCall } from "./message-shape.ts";
import { createMessageUsage } from "./message-usage.ts";
import { stopFields } from "./stop-reason.ts";

const notYet: WrittenObject = { stop_reason: null, stop_sequence: null };

/**
 * Blocks go out as they come; usage may follow a finish, so only `end` or the stream's end brings the
 * last events. After a failure nothing is closed: a client must not take the half for a whole.
 */
export function createMessageWriter(context: WriterContext): AnswerEventWriter {
  const usage = createMessageUsage();
  const hidden = hidesThinking(context);
  let written: WrittenEvent[] = [];
  let begun = false;
  let ended = false;
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
        blocks.say("text", event.text);
        break;
      case "thinking":
        if (!hidden) blocks.say("thinking", event.text);
        break;
      case "seal":
        if (!hidden) blocks.seal(event.seal);
        break;
      case "calls":
        blocks.call(event.pieces);
        break;
      case "usage":
        usage.take(event);
        break;
      case "finish":
        finish = event.reason;
        blocks.close();
        break;
      case "error":
        ended = true;
        written.push(errorEvent(event.message));
        break;
      case "end":
        complete();
        break;
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

  function taken(): readonly WrittenEvent[] {
    const events = written;
    written = [];
    return events;
  }

  function events(said: readonly AnswerEvent[]): readonly WrittenEvent[] {
    for (const event of said) if (!ended) take(event);
    return taken();
  }

  function end(): readonly WrittenEvent[] {
    if (!ended) complete();
    return taken();
  }

  return {
    events,
    end: () => (finish === null ? [] : end()),
    wholeAsEvents: (said) => [...events(said), ...end()],
  };
}

function errorEvent(message: string): WrittenEvent {
  // A stream has begun with 200: whatever happens to it then is a fault of the API's.
  return writtenEvent("error", { error: { type: "api_error", message } });
}

/** What no block of this protocol's holds. */
function loseOther(event: AnswerEvent, { lose }: WriterContext): void {
  if (event.kind === "image") lose("answer.images");
  if (event.kind === "logprobs") lose("answer.logprobs");
  if (event.kind === "other") lose(event.field);
}

type Block =
  | { readonly kind: "text"; text: string }
  | { readonly kind: "thinking"; text: string; seal: string }
  | {
      readonly kind: "call";
      readonly call: number;
      id: string | null;
      name: string;
      given: string;
    };

/** A whole answer as one object. */
export function wholeMessage(said: readonly AnswerEvent[], context: WriterContext): WrittenObject {
  const usage = createMessageUsage();
  const hidden = hidesThinking(context);
  const blocks: Block[] = [];
  let finish: string | null = null;
  for (const event of said)
    switch (event.kind) {
      case "text":
        addText(blocks, event.text);
        break;
      case "thinking":
        if (!hidden) addThinking(blocks, event.text, "");
        break;
      case "seal":
        if (!hidden) addThinking(blocks, "", event.seal);
        break;
      case "calls":
        for (const piece of event.pieces) {
          const known = blocks.find((one) => one.kind === "call" && one.call === piece.call);
          if (known?.kind !== "call") blocks.push({ kind: "call", ...piece });
          else {
            known.id ??= piece.id;
            known.name += piece.name;
            known.given += piece.given;
          }
        }
        break;
      case "usage":
        usage.take(event);
        break;
      case "finish":
        finish = event.reason;
        break;
      case "image":
      case "logprobs":
      case "other":
      case "vector":
        loseOther(event, context);
        break;
      case "error":
      case "end":
        break;
    }
  const content = writeBlocks(blocks, context);
  const called = content.some(({ type }) => type === "tool_use");
  return messageObject(context, content, stopFields(finish, called), usage.written());
}

function addText(blocks: Block[], text: string): void {
  const last = blocks.at(-1);
  if (last?.kind === "text") last.text += text;
  else if (text !== "") blocks.push({ kind: "text", text });
}

function addThinking(blocks: Block[], text: string, seal: string): void {
  const last = blocks.at(-1);
  // A seal ends what it is of.
  if (last?.kind !== "thinking" || last.seal !== "") blocks.push({ kind: "thinking", text, seal });
  else {
    last.text += text;
    last.seal = seal;
  }
}

/** Calls that cannot be one become text, as they do in a stream. */
function writeBlocks(blocks: readonly Block[], context: WriterContext): readonly WrittenObject[] {
  const written: { readonly [key: string]: Written }[] = [];
  let spoke = blocks.some(({ kind }) => kind === "text");
  for (const block of blocks)
    switch (block.kind) {
      case "text":
        written.push({ type: "text", text: block.text });
        break;
      case "thinking":
        written.push({ type: "thinking", thinking: block.text, signature: block.seal });
        break;
      case "call": {
        const { id, name, given } = block;
        const input = name === "" ? null : argumentsObject(given);
        if (input === null) {
          written.push({ type: "text", text: (spoke ? "\n" : "") + unreadableCall(name, given) });
          spoke = true;
          break;
        }
        const ownId = id ?? madeCallId(context, written.length);
        written.push({ type: "tool_use", id: ownId, name, input });
        break;
      }
    }
  return written;
}
