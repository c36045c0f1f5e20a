// The grammar of a Messages stream, as strictly as the strictest of its readers: what is wrong with a
// stream, and the message that a right one adds up to.
import { createSseSplitter } from "../../../../src/domain/bytes/sse.ts";

interface Block {
  type: string;
  text: string;
  signature: string;
  id?: string;
  name?: string;
}

export interface ReadStream {
  /** The message; blocks as a plain answer holds them. */
  readonly message: Record<string, unknown>;
  /** It came to its proper end. */
  readonly complete: boolean;
  /** The error that it ended in. */
  readonly error: string | null;
}

const deltasOf: Record<string, readonly string[]> = {
  text: ["text_delta"],
  thinking: ["thinking_delta", "signature_delta"],
  redacted_thinking: [],
  tool_use: ["input_json_delta"],
};

/** Throws where the stream is not one. @param stream bytes that may end anywhere between two events */
export function readStrictly(stream: string): ReadStream {
  const splitter = createSseSplitter();
  const frames = splitter.push(new TextEncoder().encode(stream));
  if (splitter.held() > 0) throw new Error("the stream ends within an event");
  let message: Record<string, unknown> | null = null;
  let open: Block | null = null;
  let error: string | null = null;
  let complete = false;
  let ending = false;
  const blocks: Block[] = [];

  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${what}\n${stream}`);
  };

  for (const { event, data } of frames) {
    if (event === null && data === null) continue;
    const json = JSON.parse(data ?? "null");
    must(json?.type === event, "an event's name is its type");
    must(!complete && error === null, `nothing follows the end, but ${event} did`);
    if (event === "error") {
      must(
        typeof json.error.message === "string" && json.error.type.endsWith("_error"),
        "an error",
      );
      error = json.error.message;
      continue;
    }
    must((message === null) === (event === "message_start"), "one message_start, and first");
    must(!ending || event === "message_stop", "message_delta is the last but one");
    switch (event) {
      case "message_start":
        message = json.message;
        must(/^msg_[A-Za-z0-9]+$/.test(json.message.id), "an id");
        must(json.message.content.length === 0, "a message begins empty");
        must(json.message.stop_reason === null, "and without a reason to stop");
        mustCount(json.message.usage, must);
        break;
      case "content_block_start": {
        must(open === null, "one block at a time");
        must(json.index === blocks.length, "blocks are counted from 0 without a gap");
        const { type, id, name, data, ...rest } = json.content_block;
        must(type in deltasOf, `a block of a known type, not ${type}`);
        must(
          Object.values(rest).every((v) => v === "" || JSON.stringify(v) === "{}"),
          "empty",
        );
        if (type === "tool_use")
          must(/^\S+$/.test(id ?? "") && typeof name === "string" && name !== "", "id and name");
        must((type === "redacted_thinking") === (typeof data === "string"), "data of its own kind");
        open = { type, text: "", signature: data ?? "", id, name };
        blocks.push(open);
        break;
      }
      case "content_block_delta": {
        must(open !== null && json.index === blocks.length - 1, "deltas are the open block's");
        const { type, text, thinking, partial_json: given, signature } = json.delta;
        must(deltasOf[open!.type]!.includes(type), `no ${type} in a ${open!.type} block`);
        must(open!.signature === "", "a seal comes last");
        if (type === "signature_delta") open!.signature = signature;
        else open!.text += text ?? thinking ?? given;
        break;
      }
      case "content_block_stop":
        must(open !== null && json.index === blocks.length - 1, "one stop a block");
        must(open!.type !== "thinking" || open!.signature !== "", "thinking is signed");
        open = null;
        break;
      case "message_delta":
        must(open === null, "all blocks are closed before the message is");
        must(typeof json.delta.stop_reason === "string", "a reason to stop");
        mustCount(json.usage, must);
        Object.assign(message!, json.delta, { usage: json.usage });
        ending = true;
        break;
      case "message_stop":
        must(ending, "message_delta before message_stop");
        complete = true;
        break;
      case "ping":
        break;
      default:
        must(false, `an event of a known type, not ${event}`);
    }
  }
  return { message: { ...message, content: blocks.map(asPlain) }, complete, error };
}

function mustCount(
  usage: Record<string, unknown>,
  must: (holds: boolean, what: string) => void,
): void {
  const keys = ["input_tokens", "output_tokens", "cache_read_input_tokens"];
  for (const key of [...keys, "cache_creation_input_tokens"])
    must(Number.isInteger(usage[key]) && Number(usage[key]) >= 0, `${key} is a count`);
}

function asPlain({ type, text, signature, id, name }: Block): unknown {
  if (type === "text") return { type, text };
  if (type === "thinking") return { type, thinking: text, signature };
  if (type === "redacted_thinking") return { type, data: signature };
  try {
    return { type, id, name, input: text === "" ? {} : JSON.parse(text) };
  } catch {
    return { type, id, name, unreadable: text };
  }
}
