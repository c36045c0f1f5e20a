// Tool calls put together from a stream's pieces, in Ollama's form: arguments are an object.
import { isRecord, type JsonRecord, parseJson } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, RawJson, type WrittenObject } from "../../bytes/json-written.ts";
import { textMember } from "./call-ids.ts";

export interface ToolCallAssembler {
  /** Takes the `tool_calls` or `function_call` of a stream's delta. */
  addPieces(holder: JsonSource): void;
  /** Takes those of a whole message: every item is a call of its own. */
  addWhole(message: JsonSource): void;
  /** The calls, and the text of those whose arguments are no object; they are told once. */
  take(): AssembledCalls;
}

export interface AssembledCalls {
  readonly calls: readonly WrittenObject[];
  /**
   * Calls that cannot be one of Ollama's, cut short say, in the model's words. Ollama shows what it
   * cannot parse as content, too; with made-up arguments a client would run the wrong thing.
   */
  readonly unreadable: readonly string[];
}

interface OpenCall {
  readonly index: number | null;
  id: string | null;
  name: string;
  readonly pieces: string[];
}

export function createToolCallAssembler(): ToolCallAssembler {
  let open: OpenCall[] = [];
  let told = 0;

  /** @param piece null: of a call that is counted apart from all others */
  function addPiece(piece: JsonRecord | null, detail: JsonSource, whole: boolean): void {
    const held = detail.record;
    const id = piece === null ? null : textMember(piece, "id");
    const name = textMember(held, "name");
    const index = piece === null ? -1 : typeof piece["index"] === "number" ? piece["index"] : null;
    const known = whole ? undefined : openCall(index, id, name);
    const call = known ?? { index, id: null, name: "", pieces: [] };
    if (known === undefined) open.push(call);
    call.id ??= id;
    // Some servers repeat the name with every piece.
    if (name !== null && name !== call.name) call.name += name;
    const given = held["arguments"];
    if (typeof given === "string") call.pieces.push(given);
    else if (isRecord(given)) call.pieces.push(detail.member("arguments").raw().text);
  }

  /** The call that a piece goes on with. Servers that count badly give a new call the index of the
   * last one, but an id and a name of its own. */
  function openCall(
    index: number | null,
    id: string | null,
    name: string | null,
  ): OpenCall | undefined {
    const last = open.findLast((call) => index === null || call.index === index);
    if (last === undefined || name === null) return last;
    if (id !== null) return id === last.id ? last : undefined;
    // Neither counted nor numbered: a name after whole arguments begins a call.
    const text = last.pieces.join("");
    return index === null && text !== "" && readArguments(text) !== null ? undefined : last;
  }

  function add(holder: JsonSource, whole: boolean): void {
    if (Array.isArray(holder.record["tool_calls"]))
      for (const call of holder.member("tool_calls").items())
        if (isRecord(call.value)) addPiece(call.value, call.member("function"), whole);
    if (isRecord(holder.record["function_call"]))
      addPiece(null, holder.member("function_call"), whole);
  }

  return {
    addPieces: (holder) => add(holder, false),
    addWhole: (message) => add(message, true),
    take() {
      const calls: WrittenObject[] = [];
      const unreadable: string[] = [];
      for (const { id, name, pieces } of open) {
        const text = pieces.join("");
        const read = readArguments(text);
        if (read === null)
          unreadable.push(`{"name": ${JSON.stringify(name)}, "arguments": ${text}`);
        else {
          const detail = { index: ownNumber(told), name, arguments: read };
          calls.push(id === null ? { function: detail } : { id, function: detail });
          told += 1;
        }
      }
      open = [];
      return { calls, unreadable };
    },
  };
}

const noArguments = new RawJson("{}");

/** The model's own text where that is an object. A call without arguments may come with no text at all, or with `null`. */
function readArguments(text: string): RawJson | null {
  const trimmed = text.trim();
  if (trimmed === "") return noArguments;
  const value = parseJson(trimmed);
  if (value === null) return noArguments;
  return isRecord(value) ? new RawJson(trimmed) : null;
}
