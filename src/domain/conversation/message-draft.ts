// An answer of Anthropic's while the events of its stream come in: blocks, each in its place.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { joinCited } from "./join-cited.ts";
import { contentParts } from "./parts.ts";
import { type Turn, type TurnPart, textOrNull } from "./turn.ts";

export interface MessageDraft {
  /** The next document of the answer; one that does not belong to such a stream is passed over. */
  add(document: JsonRecord): void;
  /** null: nothing of it has come. */
  finished(): Turn | null;
}

interface DraftBlock {
  readonly start: JsonRecord;
  /** Of its text, its thinking, or its arguments' JSON. */
  readonly pieces: string[];
  readonly citations: unknown[];
}

/** @param most characters kept of all pieces together */
export function createMessageDraft(most: number): MessageDraft {
  const blocks = new Map<unknown, DraftBlock>();
  let finish: string | null = null;
  let room = most;

  function delta(index: unknown, { text, thinking, partial_json: json, citation }: JsonRecord) {
    const type = typeof thinking === "string" ? "thinking" : "text";
    const block = blocks.get(index) ?? begin(index, { type });
    for (const piece of [text, thinking, json])
      if (typeof piece === "string" && room > 0) {
        block.pieces.push(piece);
        room -= piece.length;
      }
    if (citation !== undefined && room > 0) block.citations.push(citation);
  }

  function begin(index: unknown, start: JsonRecord): DraftBlock {
    const block = { start, pieces: [], citations: [] };
    blocks.set(index, block);
    return block;
  }

  return {
    add({ type, index, content_block: start, delta: brought }) {
      if (type === "content_block_start" && isRecord(start)) begin(index, start);
      else if (type === "content_block_delta" && isRecord(brought)) delta(index, brought);
      else if (type === "message_delta" && isRecord(brought))
        finish = textOrNull(brought["stop_reason"]) ?? finish;
    },
    finished() {
      if (blocks.size === 0 && finish === null) return null;
      const parts = joinCited([...blocks.values()].flatMap(blockParts));
      return { role: "assistant", name: null, parts, finish };
    },
  };
}

/** A call's arguments stay as the model wrote them, be they cut. */
function blockParts(block: DraftBlock): readonly TurnPart[] {
  const given = block.pieces.join("");
  return contentParts(blockOf(block)).map((part) =>
    part.kind === "tool-call" && given !== "" ? { ...part, arguments: given } : part,
  );
}

function blockOf({ start, pieces, citations }: DraftBlock): JsonRecord {
  const said = pieces.join("");
  switch (start["type"]) {
    case "text":
      return { ...start, text: (textOrNull(start["text"]) ?? "") + said, ...cited(citations) };
    case "thinking":
      return { ...start, thinking: (textOrNull(start["thinking"]) ?? "") + said };
    default:
      return start;
  }
}

function cited(citations: readonly unknown[]): JsonRecord {
  return citations.length === 0 ? {} : { citations };
}
