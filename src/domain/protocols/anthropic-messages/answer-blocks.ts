// The content blocks of an answer of Anthropic's, whole or piece by piece.
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { AnswerEvent, SealEvent } from "../neutral/answer.ts";

export interface AnswerBlocks {
  /** A block of an answer that came whole. */
  whole(block: JsonSource): readonly AnswerEvent[];
  /** A stream's block begins. @param find the block beside its text, asked for where it has arguments */
  start(index: unknown, block: JsonRecord, find: () => JsonSource): readonly AnswerEvent[];
  /** The next piece of a block. */
  delta(index: unknown, delta: JsonRecord): readonly AnswerEvent[];
  stop(index: unknown): readonly AnswerEvent[];
}

/** A text that has begun, and what it is taken from: that is said at its end. */
interface OpenText {
  length: number;
  readonly citations: unknown[];
}

interface OpenCall {
  readonly call: number;
  /** Some of its arguments' text has come. */
  given: boolean;
}

export function createAnswerBlocks(): AnswerBlocks {
  let calls = 0;
  const open = new Map<unknown, OpenCall>();
  let text: OpenText | null = null;

  /** @param given its arguments' text as far as it is known */
  function callEvent(block: JsonRecord, given: string): AnswerEvent {
    const id = textMember(block, "id");
    const name = textMember(block, "name") ?? "";
    return { kind: "calls", pieces: [{ call: calls++, id, name, given }] };
  }

  /** Blocks that say the same whether they come whole or begin. */
  function content(block: JsonRecord): readonly AnswerEvent[] {
    switch (block["type"]) {
      case "text":
        return said(block["text"], block["citations"]);
      case "thinking":
        return [
          ...textEvents("thinking", block["thinking"]),
          ...sealEvents("signature", block["signature"]),
        ];
      case "redacted_thinking":
        return sealEvents("redacted", block["data"]);
      default:
        // What the server's own tools did; the text that follows holds the outcome.
        return [{ kind: "other", field: `answer.content.${textMember(block, "type") ?? "type"}` }];
    }
  }

  /** @param citations of the same text */
  function said(words: unknown, citations: unknown): readonly AnswerEvent[] {
    text ??= { length: 0, citations: [] };
    if (Array.isArray(citations)) text.citations.push(...(citations as readonly unknown[]));
    if (typeof words === "string") text.length += words.length;
    return textEvents("text", words);
  }

  function closeText(): readonly AnswerEvent[] {
    const closed = text;
    text = null;
    if (closed === null || closed.citations.length === 0) return nothing;
    return closed.citations.map((citation) => citationEvent(citation, closed.length));
  }

  return {
    whole(source) {
      const block = source.record;
      return block["type"] === "tool_use"
        ? [callEvent(block, inputText(source))]
        : [...content(block), ...closeText()];
    },
    start(index, block, find) {
      open.delete(index);
      if (block["type"] !== "tool_use") return content(block);
      // Its arguments follow in pieces. Servers that do not cut them give all of them here.
      const { input } = block;
      const given = isRecord(input) && Object.keys(input).length > 0 ? inputText(find()) : "";
      open.set(index, { call: calls, given: given !== "" });
      return [callEvent(block, given)];
    },
    delta(index, delta) {
      switch (delta["type"]) {
        case "text_delta":
          return said(delta["text"], null);
        case "thinking_delta":
          return textEvents("thinking", delta["thinking"]);
        case "signature_delta":
          return sealEvents("signature", delta["signature"]);
        case "citations_delta":
          return said(null, [delta["citation"]]);
        case "input_json_delta": {
          const call = open.get(index);
          const given = textMember(delta, "partial_json");
          // Of the server's own tools nothing is passed on.
          if (call === undefined || given === null) return nothing;
          call.given = true;
          return [{ kind: "calls", pieces: [{ call: call.call, id: null, name: "", given }] }];
        }
        default:
          return [
            { kind: "other", field: `answer.content.${textMember(delta, "type") ?? "type"}` },
          ];
      }
    },
    stop(index) {
      const call = open.get(index);
      open.delete(index);
      return call === undefined || call.given
        ? closeText()
        : [{ kind: "calls", pieces: [{ call: call.call, id: null, name: "", given: "{}" }] }];
    },
  };
}

const nothing: readonly AnswerEvent[] = [];

function inputText(block: JsonSource): string {
  const input = block.member("input");
  return isRecord(input.value) ? input.raw().text : "{}";
}

function textEvents(kind: "text" | "thinking", text: unknown): readonly AnswerEvent[] {
  return typeof text === "string" && text !== "" ? [{ kind, text }] : nothing;
}

function sealEvents(of: SealEvent["of"], data: unknown): readonly AnswerEvent[] {
  return typeof data === "string" && data !== "" ? [{ kind: "seal", of, data }] : nothing;
}

/** Documents of the request's own have no address, and other protocols no words for them. */
function citationEvent(citation: unknown, length: number): AnswerEvent {
  const held = isRecord(citation) ? citation : {};
  const url = textMember(held, "url") ?? textMember(held, "source");
  return url === null || !/^https?:/i.test(url)
    ? { kind: "other", field: "answer.content.citations" }
    : { kind: "citation", url, title: textMember(held, "title"), length };
}
