// Tool calls put together from a stream's pieces, in Ollama's form: arguments are an object.
import { isRecord, parseJson } from "../json.ts";
import type { JsonRecord } from "../json.ts";
import { textMember } from "./call-ids.ts";

export interface ToolCallAssembler {
  /** Takes the `tool_calls` or `function_call` of a stream's delta. */
  addPieces(holder: JsonRecord): void;
  /** Takes those of a whole message: every item is a call of its own. */
  addWhole(message: JsonRecord): void;
  /** The calls, and the text of those whose arguments are no object; they are told once. */
  take(): AssembledCalls;
}

export interface AssembledCalls {
  readonly calls: readonly JsonRecord[];
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

  function addPiece(piece: JsonRecord, whole: boolean): void {
    const detail = piece["function"];
    const id = textMember(piece, "id");
    const name = isRecord(detail) ? textMember(detail, "name") : null;
    const index = typeof piece["index"] === "number" ? piece["index"] : null;
    const known = whole ? undefined : openCall(index, id, name);
    const call = known ?? { index, id: null, name: "", pieces: [] };
    if (known === undefined) open.push(call);
    call.id ??= id;
    // Some servers repeat the name with every piece.
    if (name !== null && name !== call.name) call.name += name;
    const given = isRecord(detail) ? detail["arguments"] : undefined;
    if (typeof given === "string") call.pieces.push(given);
    else if (isRecord(given)) call.pieces.push(JSON.stringify(given));
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

  function add(holder: JsonRecord, whole: boolean): void {
    const calls = holder["tool_calls"];
    if (Array.isArray(calls))
      for (const call of (calls as readonly unknown[]).filter(isRecord)) addPiece(call, whole);
    const old = holder["function_call"];
    if (isRecord(old)) addPiece({ index: -1, function: old }, whole);
  }

  return {
    addPieces: (holder) => add(holder, false),
    addWhole: (message) => add(message, true),
    take() {
      const calls: JsonRecord[] = [];
      const unreadable: string[] = [];
      for (const { id, name, pieces } of open) {
        const text = pieces.join("");
        const read = readArguments(text);
        if (read === null)
          unreadable.push(`{"name": ${JSON.stringify(name)}, "arguments": ${text}`);
        else {
          const detail = { index: told, name, arguments: read };
          calls.push(id === null ? { function: detail } : { id, function: detail });
          told += 1;
        }
      }
      open = [];
      return { calls, unreadable };
    },
  };
}

/** A call without arguments may come with no text at all, or with `null`. */
function readArguments(text: string): JsonRecord | null {
  if (text.trim() === "") return {};
  const value = parseJson(text);
  if (value === null) return {};
  return isRecord(value) ? value : null;
}
