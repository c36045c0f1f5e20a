// What holds for any answer of a chat server's, as often as it is tried.
import { expect } from "bun:test";
import fc from "fast-check";
import { type JsonRecord, textMember } from "../../../../src/domain/bytes/json.ts";
import { createSseSplitter } from "../../../../src/domain/bytes/sse.ts";
import { messagesClientCodec } from "../../../../src/domain/protocols/anthropic-messages/client-codec.ts";
import { anyAnswer } from "../ollama/any-answer.ts";
import { anyChatStream } from "./any-chat-stream.ts";
import { readStrictly } from "./block-grammar.ts";
import { streamOverChat, streamText, wholeOverChat } from "./over-chat.ts";

type Rule = readonly [name: string, run: (times: number) => void];

const utf8 = new TextEncoder();

export const rules: readonly Rule[] = [
  [
    "says as a stream what it says plain",
    (numRuns) =>
      fc.assert(
        fc.property(
          anyAnswer.filter(({ kind }) => kind === "chat"),
          ({ whole, events }) => {
            const stream = streamText(streamOverChat(events));
            const { complete, message } = readStrictly(stream);
            expect(complete).toBe(true);
            expect(gist(message)).toEqual(gist(wholeOverChat(whole)));
            expect(messagesClientCodec.gather?.(utf8.encode(stream))).toHaveProperty("body");
          },
        ),
        { numRuns },
      ),
  ],
  [
    "keeps to the grammar, whatever the order in which it comes",
    (numRuns) =>
      fc.assert(
        fc.property(anyChatStream, ({ events, text, thinking, calls }) => {
          const { message, complete } = readStrictly(streamText(streamOverChat(events)));
          const content = message["content"] as readonly JsonRecord[];
          const used = content
            .filter(({ type }) => type === "tool_use")
            .map(({ name, input }) => ({ name: String(name), input }))
            .toSorted((a, b) => (a.name < b.name ? -1 : 1));
          expect({
            complete,
            text: joined(content, "text"),
            thinking: joined(content, "thinking"),
            calls: used,
          }).toEqual({ complete: true, text, thinking, calls: [...calls] });
        }),
        { numRuns },
      ),
  ],
  [
    "ends properly only where it ended, at whichever byte it is cut",
    (numRuns) =>
      fc.assert(
        fc.property(anyChatStream, fc.nat(), ({ events }, at) => {
          const bytes = utf8.encode(
            events
              .map(
                (event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`,
              )
              .join(""),
          );
          const frames = createSseSplitter().push(bytes.subarray(0, at % bytes.length));
          const cut = streamOverChat(events.slice(0, frames.length), false);
          expect(readStrictly(streamText(cut)).complete).toBe(false);
        }),
        { numRuns },
      ),
  ],
];

function joined(blocks: readonly JsonRecord[], key: string): string {
  return blocks.map((block) => textMember(block, key) ?? "").join("");
}

/** What a message says, whatever the order of its blocks. */
function gist(message: JsonRecord): unknown {
  const content = message["content"] as readonly JsonRecord[];
  return {
    ...message,
    content: [
      joined(content, "thinking"),
      joined(content, "text"),
      content.filter(({ type }) => type === "tool_use"),
    ],
  };
}
