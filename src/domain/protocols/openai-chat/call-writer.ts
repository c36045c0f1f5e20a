// Tool calls of an answer in the form that a chat's client asked for: functions, custom tools, or the API's first form.
import { isRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type WrittenObject } from "../../bytes/json-written.ts";
import type { CallPiece } from "../neutral/answer.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";
import { customInput } from "../neutral/custom-tool.ts";

/** Writes the calls of one answer. */
export interface CallWriter {
  /** The members of deltas that follow from pieces of calls, in order. */
  deltas(pieces: readonly CallPiece[]): readonly WrittenObject[];
  /** Of calls that could not go out before they were whole. */
  rest(): readonly WrittenObject[];
  /** The members of a whole message, of all calls so far. */
  whole(): WrittenObject;
  /** Why an answer with such calls ends; null: there are none. */
  finish(): "tool_calls" | "function_call" | null;
}

interface HeldCall {
  id: string;
  name: string;
  given: string;
  /** By which deltas name it; null: none has gone out. */
  index: number | null;
}

/**
 * @param asked the client's request
 * @param callId of the router's, from which ids are made for calls that have none
 * @param lose called where a call has no place
 */
export function createCallWriter(
  asked: JsonSource,
  callId: string,
  lose: (field: string) => void,
): CallWriter {
  const calls = new Map<number, HeldCall>();
  const custom = customNames(asked.record["tools"]);
  const legacy = isFirstForm(asked.record);

  let begun = 0;

  function take(piece: CallPiece): HeldCall {
    const known = calls.get(piece.call);
    const made = `call_${calls.size}_${callId}`;
    const call = known ?? { id: piece.id ?? made, name: "", given: "", index: null };
    if (known === undefined) calls.set(piece.call, call);
    else if (piece.id !== null && call.index === null) call.id = piece.id;
    call.name += piece.name;
    call.given += piece.given;
    return call;
  }

  function delta(call: HeldCall, { name, given }: CallPiece): readonly WrittenObject[] {
    // What a custom tool is given can be read out of whole arguments only.
    if (call.name === "" || custom.has(call.name)) return [];
    const begins = call.index === null;
    call.index ??= begun++;
    const detail = begins
      ? { name: call.name, arguments: call.given }
      : { name: name === "" ? undefined : name, arguments: given };
    if (legacy) return call.index > 0 ? [] : [{ function_call: detail }];
    const head = { index: ownNumber(call.index) };
    const about = begins ? { ...head, id: call.id, type: "function" } : head;
    return [{ tool_calls: [{ ...about, function: detail }] }];
  }

  /** @param others than this one that are whole; null: all, whole or not */
  function held(than: HeldCall | null): readonly WrittenObject[] {
    const ready = [...calls.values()].filter(
      (call) =>
        call.index === null &&
        call !== than &&
        (than === null || (call.given !== "" && argumentsObject(call.given) !== null)),
    );
    return ready.map((call) => {
      call.index = begun++;
      return { tool_calls: [{ index: ownNumber(call.index), ...wholeCall(call) }] };
    });
  }

  function wholeCall({ id, name, given }: HeldCall): WrittenObject {
    return custom.has(name)
      ? { id, type: "custom", custom: { name, input: customInput(given) } }
      : { id, type: "function", function: { name, arguments: given } };
  }

  return {
    deltas: (pieces) =>
      pieces.flatMap((piece) => {
        const call = take(piece);
        const before = custom.size === 0 ? nothing : held(call);
        return [...before, ...delta(call, piece)];
      }),
    rest() {
      if (legacy && calls.size > 1) lose("answer.tool_calls");
      return held(null);
    },
    whole() {
      const [first, ...more] = calls.values();
      if (first === undefined) return {};
      if (!legacy) return { tool_calls: [...calls.values()].map(wholeCall) };
      if (more.length > 0) lose("answer.tool_calls");
      return { function_call: { name: first.name, arguments: first.given } };
    },
    finish: () => (calls.size === 0 ? null : legacy ? "function_call" : "tool_calls"),
  };
}

const nothing: readonly WrittenObject[] = [];

/** Whether calls are asked for as they were before there were tools. */
function isFirstForm({ functions, tools }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(functions) && functions.length > 0 && !Array.isArray(tools);
}

function customNames(tools: unknown): ReadonlySet<string> {
  const list = Array.isArray(tools) ? (tools as readonly unknown[]).filter(isRecord) : [];
  return new Set(
    list.flatMap(({ custom }) => (isRecord(custom) ? (textMember(custom, "name") ?? []) : [])),
  );
}
