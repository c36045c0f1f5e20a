// Tools that an instruction within the conversation brings in or withdraws, as words for models that have them all
// from the start (Anthropic's beta `mid-conversation-tool-changes`).
import { textMember } from "../../bytes/json.ts";
import type { RequestPart } from "../neutral/request.ts";
import { takeCache } from "../neutral/request-notes.ts";
import { type Block, type BlockNotes, unknownBlock } from "./block-reader.ts";
import { textParts } from "../neutral/text-parts.ts";

/** @returns null where the block is of another kind */
export function readToolChange(block: Block, notes: BlockNotes): readonly RequestPart[] | null {
  const { type, reader, place } = block;
  if (type !== "tool_addition" && type !== "tool_removal") return null;
  const tool = reader.take("tool");
  const definition = tool.member("definition");
  const name = textMember(tool.record, "name") ?? textMember(definition.record, "name");
  // A whole set of tools, by the name of a server that Anthropic's own would ask.
  if (name === null) return unknownBlock(block, notes);
  takeCache(reader, notes);
  reader.close();
  if (type === "tool_removal")
    return textParts(place.path, `The tool ${name} can no longer be called.`, notes);
  if (tool.record["type"] === "tool_definition") notes.defined.push(definition);
  notes.referred.add(name);
  return textParts(place.path, `The tool ${name} can be called from now on.`, notes);
}
