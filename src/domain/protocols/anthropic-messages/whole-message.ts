// Whole answers as Anthropic gives them: one object.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type { AnswerEvent, WriterContext } from "../neutral/answer.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";
import { type Seal, sealText } from "../neutral/seal.ts";
import {
  hidesThinking,
  loseOther,
  madeCallId,
  messageObject,
  unreadableCall,
} from "./message-shape.ts";
import { createMessageUsage } from "./message-usage.ts";
import { promptBytes } from "../neutral/prompt-bytes.ts";
import { stopFields } from "./stop-reason.ts";

type Block =
  | { readonly kind: "text"; text: string }
  | { readonly kind: "thinking"; text: string; seal: Pick<Seal, "kind" | "data"> | null }
  | { readonly kind: "redacted"; readonly data: string }
  | {
      readonly kind: "call";
      readonly call: number;
      id: string | null;
      name: string;
      given: string;
    };

/** A whole answer as one object. */
export function wholeMessage(said: readonly AnswerEvent[], context: WriterContext): WrittenObject {
  const usage = createMessageUsage(() => context.estimatedPrompt(promptBytes));
  const hidden = hidesThinking(context);
  const blocks: Block[] = [];
  let refused = false;
  let finish: string | null = null;
  for (const event of said)
    switch (event.kind) {
      case "text":
        addText(blocks, event.text);
        refused ||= event.refusal === true;
        break;
      case "thinking":
        if (!hidden) thinkingIn(blocks, (event.gap ?? "") !== "").text += event.text;
        break;
      case "seal": {
        const { of: kind, data } = event;
        if (hidden) break;
        if (kind === "redacted") blocks.push({ kind, data });
        else thinkingIn(blocks, false).seal = { kind, data };
        break;
      }
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
        finish = refused ? "content_filter" : event.reason;
        break;
      case "citation":
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

/** The block that thinking goes on in. @param apart it does not belong to the one before */
function thinkingIn(
  blocks: Block[],
  apart: boolean,
): Extract<Block, { readonly kind: "thinking" }> {
  const last = blocks.at(-1);
  // A seal ends what it is of.
  if (last?.kind === "thinking" && last.seal === null && !apart) return last;
  const begun: Block = { kind: "thinking", text: "", seal: null };
  blocks.push(begun);
  return begun;
}

/** Thinking that its maker did not sign: by ours it will be known again. */
const unsigned = { kind: "text", data: "" } as const;

/** Calls that cannot be one become text, as they do in a stream. */
function writeBlocks(blocks: readonly Block[], context: WriterContext): readonly WrittenObject[] {
  const { maker } = context;
  const written: { readonly [key: string]: Written }[] = [];
  let spoke = blocks.some(({ kind }) => kind === "text");
  for (const block of blocks)
    switch (block.kind) {
      case "text":
        written.push({ type: "text", text: block.text });
        break;
      case "thinking":
        written.push({
          type: "thinking",
          thinking: block.text,
          signature: sealText({ maker, ...(block.seal ?? unsigned) }),
        });
        break;
      case "redacted": {
        const { kind, data } = block;
        written.push({ type: "redacted_thinking", data: sealText({ maker, kind, data }) });
        break;
      }
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
