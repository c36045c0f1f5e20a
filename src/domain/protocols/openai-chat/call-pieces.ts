// Which tool call a piece of a stream belongs to: servers count, number and name calls, not all of them well.
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { CallPiece } from "../neutral/answer.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";

export interface CallPieces {
  /**
   * Takes the `tool_calls` or `function_call` of a message or delta.
   * @param whole every item is a call of its own
   */
  take(holder: JsonSource, whole: boolean): readonly CallPiece[];
  /** A finish: what follows begins new calls. */
  finish(): void;
}

interface OpenCall {
  readonly call: number;
  readonly index: number | null;
  id: string | null;
  name: string;
  given: string;
}

/** The index of a call that is counted apart from all others. */
const uncounted = -1;

export function createCallPieces(): CallPieces {
  let open: OpenCall[] = [];
  let opened = 0;

  /** @param piece null: a `function_call`, of which there is one */
  function readPiece(piece: JsonRecord | null, detail: JsonSource, whole: boolean): CallPiece {
    const held = detail.record;
    const id = piece === null ? null : textMember(piece, "id");
    const name = textMember(held, "name");
    const index = piece === null ? uncounted : countOf(piece);
    const known = whole ? undefined : openCall(index, id, name);
    const call = known ?? { call: opened, index, id: null, name: "", given: "" };
    if (known === undefined) {
      open.push(call);
      opened += 1;
    }
    const newId = call.id === null ? id : null;
    call.id ??= id;
    // Some servers repeat the name with every piece.
    const newName = name === null || name === call.name ? "" : name;
    call.name += newName;
    const given = argumentsText(held["arguments"], detail);
    call.given += given;
    return { call: call.call, id: newId, name: newName, given };
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
    const begins = index === null && last.given !== "" && argumentsObject(last.given) !== null;
    return begins ? undefined : last;
  }

  return {
    take(holder, whole) {
      const pieces: CallPiece[] = [];
      if (Array.isArray(holder.record["tool_calls"]))
        for (const call of holder.member("tool_calls").items())
          if (isRecord(call.value))
            pieces.push(readPiece(call.value, call.member("function"), whole));
      if (isRecord(holder.record["function_call"]))
        pieces.push(readPiece(null, holder.member("function_call"), whole));
      return pieces;
    },
    finish() {
      open = [];
    },
  };
}

function countOf(piece: JsonRecord): number | null {
  return typeof piece["index"] === "number" ? piece["index"] : null;
}

/** Some servers send an object where there should be its text. */
function argumentsText(given: unknown, detail: JsonSource): string {
  if (typeof given === "string") return given;
  return isRecord(given) ? detail.member("arguments").raw().text : "";
}
