// The messages of Anthropic's clients, and their system prompt, read into neutral ones.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { RequestMessage, RequestPart } from "../neutral/request.ts";
import { sealAt } from "../neutral/seal.ts";
import { RecordReader, takeCache } from "../neutral/request-notes.ts";
import {
  type Block,
  type BlockNotes,
  readBlock,
  readContent,
  requiredText,
  unknownBlock,
} from "./block-reader.ts";
import { readToolChange } from "./tool-changes.ts";

type Result = Extract<RequestMessage, { readonly role: "result" }>;

/** Claude Code describes itself in a block that does not belong to the prompt and changes with every request. */
const attribution = "x-anthropic-billing-header";

/** The `system` of a request, as its first instruction; none where it says nothing. */
export function readSystem(system: JsonSource, notes: BlockNotes): readonly RequestMessage[] {
  if (system.value === undefined || system.value === null) return [];
  const parts = readInstruction(system, "system", "system", notes);
  return parts.length === 0 ? [] : [{ role: "instruction", voice: "system", parts }];
}

/** The list of a request's messages; what is wrong with them goes into the notes. */
export function readMessages(
  messages: readonly JsonSource[],
  notes: BlockNotes,
): readonly RequestMessage[] {
  let called: readonly string[] = [];
  return messages.flatMap((source, index) => {
    const place = `messages[${index}]`;
    if (!isRecord(source.value)) notes.refuse(`${place} must be an object`);
    const reader = new RecordReader(source, "messages.", notes);
    const read = readMessage(reader, place, called, notes);
    reader.close();
    const [first] = read;
    if (first?.role === "assistant")
      called = first.parts.flatMap((part) => (part.kind === "call" ? [part.id] : []));
    return read;
  });
}

/** @param called the calls of the assistant's last message, in order */
function readMessage(
  reader: RecordReader,
  place: string,
  called: readonly string[],
  notes: BlockNotes,
): readonly RequestMessage[] {
  const role = reader.take("role").value;
  const content = reader.take("content");
  const named = `${place}.content`;
  switch (role) {
    case "user":
    // Claude Code's names for users' turns of its own making.
    // falls through
    case "ctx":
    case "msg":
      return readUser(content, named, called, notes);
    case "assistant": {
      const where = { named, path: "messages.content" };
      const parts = readContent(content, where, notes, (block) => readSaid(block, notes));
      return [{ role, parts }];
    }
    case "system": {
      // It may say nothing but how to answer from here on.
      if (content.value === undefined) return [];
      const parts = readInstruction(content, named, "messages.content", notes);
      return parts.length === 0 ? [] : [{ role: "instruction", voice: role, parts, folds: true }];
    }
    default:
      notes.refuse(`${place}.role must be "user" or "assistant"`);
      return [];
  }
}

function readInstruction(
  content: JsonSource,
  named: string,
  path: string,
  notes: BlockNotes,
): readonly RequestPart[] {
  const { value } = content;
  if (isAttribution(value)) {
    notes.note({ path: `${path}.${attribution}` });
    return [];
  }
  return readContent(content, { named, path }, notes, (block) => {
    if (!isAttribution(block.reader.record["text"]))
      return readToolChange(block, notes) ?? readBlock(block, notes);
    notes.note({ path: `${path}.${attribution}` });
    return [];
  });
}

function isAttribution(text: unknown): boolean {
  return typeof text === "string" && text.startsWith(attribution);
}

/** Results come first and in the order of their calls, where chats want them. */
function readUser(
  content: JsonSource,
  named: string,
  called: readonly string[],
  notes: BlockNotes,
): readonly RequestMessage[] {
  const results: Result[] = [];
  const parts = readContent(content, { named, path: "messages.content" }, notes, (block) => {
    if (block.type !== "tool_result") return readBlock(block, notes);
    results.push(readResult(block, notes));
    return [];
  });
  const place = ({ callId }: Result) => {
    const at = called.indexOf(callId);
    return at < 0 ? called.length : at;
  };
  const inOrder = results.toSorted((a, b) => place(a) - place(b));
  return results.length > 0 && parts.length === 0 ? inOrder : [...inOrder, { role: "user", parts }];
}

function readResult(block: Block, notes: BlockNotes): Result {
  const { reader, place } = block;
  const callId = requiredText(block, "tool_use_id", notes);
  const content = reader.take("content");
  const said = content.value ?? null;
  const inner = { ...place, named: `${place.named}.content` };
  const parts =
    said === null ? [] : readContent(content, inner, notes, (part) => readBlock(part, notes));
  const failed =
    reader.take("is_error").value === true ? notes.note({ path: reader.path("is_error") }) : null;
  const cache = takeCache(reader, notes);
  reader.close();
  const result: Result = { role: "result", callId, name: null, failed, parts };
  return cache === undefined ? result : { ...result, cache };
}

/** A block of what the assistant said. */
function readSaid(block: Block, notes: BlockNotes): readonly RequestPart[] {
  const { type, reader, place } = block;
  switch (type) {
    case "thinking": {
      const text = requiredText(block, "thinking", notes);
      const signature = reader.takeText("signature");
      const seal =
        signature === null
          ? null
          : { path: reader.path("signature"), ...sealAt("signature", signature) };
      // What says no more than who made the text goes along with it.
      if (seal !== null && seal.kind !== "text") notes.note(seal);
      takeCache(reader, notes);
      reader.close();
      const path = `${place.path}.thinking`;
      return text === "" && (seal === null || seal.kind === "text")
        ? []
        : [notes.note({ kind: "reasoning", path, text, seal })];
    }
    case "redacted_thinking": {
      const path = `${place.path}.redacted_thinking`;
      const seal = { path, ...sealAt("redacted", requiredText(block, "data", notes)) };
      takeCache(reader, notes);
      reader.close();
      return [notes.note({ kind: "reasoning", path, text: "", seal })];
    }
    case "tool_use":
      return [readCall(block, notes)];
    case "text":
      return readBlock(block, notes);
    default:
      return unknownBlock(block, notes);
  }
}

function readCall(block: Block, notes: BlockNotes): RequestPart {
  const { reader, place } = block;
  const id = requiredText(block, "id", notes);
  const name = requiredText(block, "name", notes);
  const input = reader.take("input");
  const given = isRecord(input.value) ? input.raw().text : "{}";
  if (!isRecord(input.value ?? {})) notes.refuse(`${place.named}.input must be an object`);
  // Clients hand back that the model itself called, which all models do.
  if (reader.record["caller"] !== undefined && isDirect(reader.record["caller"]))
    reader.take("caller");
  takeCache(reader, notes);
  reader.close();
  return notes.note({ kind: "call", path: `${place.path}.tool_use`, id, name, given });
}

function isDirect(caller: unknown): boolean {
  return isRecord(caller) && caller["type"] === "direct";
}
