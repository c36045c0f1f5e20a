// A whole answer of Anthropic's as the events of a stream; nothing of it is lost.
import { joinBytes } from "../../bytes/join-bytes.ts";
import { isRecord, textMember } from "../../bytes/json.ts";
import { type JsonSource, withValues } from "../../bytes/json-source.ts";
import { inOrder, ownNumber, type WrittenObject } from "../../bytes/json-written.ts";
import { blockDelta, blockStop, writtenEvent } from "./event-writer.ts";

/** null: it has no content. */
export function messageAsEvents(message: JsonSource): Uint8Array | null {
  if (!Array.isArray(message.record["content"])) return null;
  const blocks = message.member("content").items();
  const delta = inOrder(membersOf(message, ["stop_reason", "stop_sequence", "stop_details"]));
  const beside = Object.fromEntries(membersOf(message, ["usage", "context_management"]));
  const begun = withValues(message, { content: [], stop_reason: null, stop_sequence: null });
  return joinBytes([
    writtenEvent("message_start", { message: begun }),
    ...blocks.filter(({ value }) => isRecord(value)).flatMap(blockEvents),
    writtenEvent("message_delta", { delta, ...beside }),
    writtenEvent("message_stop", {}),
  ]);
}

/** The members that are there. */
function membersOf(message: JsonSource, keys: readonly string[]) {
  return keys
    .filter((key) => message.record[key] !== undefined)
    .map((key) => [key, message.member(key).raw()] as const);
}

function blockEvents(block: JsonSource, index: number): readonly Uint8Array[] {
  const [empty, deltas] = inPieces(block, index);
  const start = { index: ownNumber(index), content_block: withValues(block, empty) };
  return [writtenEvent("content_block_start", start), ...deltas, blockStop(index)];
}

/** What stands for a block's content while it is empty, and the pieces that bring it. */
function inPieces(
  block: JsonSource,
  index: number,
): readonly [empty: WrittenObject, deltas: readonly Uint8Array[]] {
  const piece = (type: Parameters<typeof blockDelta>[1], key: string) => {
    const said = textMember(block.record, key);
    return said === null ? [] : [blockDelta(index, type, said)];
  };
  switch (block.record["type"]) {
    case "text": {
      const cited = block.member("citations").items();
      const citations = cited.map((one) => citationEvent(one, index));
      const empty = cited.length === 0 ? { text: "" } : { text: "", citations: [] };
      return [empty, [...piece("text_delta", "text"), ...citations]];
    }
    case "thinking":
      return [
        { thinking: "", signature: "" },
        [...piece("thinking_delta", "thinking"), ...piece("signature_delta", "signature")],
      ];
    default: {
      const input = block.member("input");
      return isRecord(input.value)
        ? [{ input: {} }, [blockDelta(index, "input_json_delta", input.raw().text)]]
        : [{}, []];
    }
  }
}

function citationEvent(citation: JsonSource, index: number): Uint8Array {
  const delta = { type: "citations_delta", citation: citation.raw() };
  return writtenEvent("content_block_delta", { index: ownNumber(index), delta });
}
