// The blocks of a stream, one open at a time: counted from 0 without a gap, each begun and ended once,
// its deltas of its own kind, and nothing for it once it has ended.
import type { AnswerEvent, CallPiece, SealEvent, WriterContext } from "../neutral/answer.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";
import { type Seal, sealText } from "../neutral/seal.ts";
import { type ArgumentsEnd, createArgumentsEnd } from "./arguments-end.ts";
import { blockDelta, blockStart, blockStop } from "./event-writer.ts";
import { madeCallId, unreadableCall } from "./message-shape.ts";

export interface BlockSequence {
  say(event: Extract<AnswerEvent, { readonly kind: "text" | "thinking" }>): void;
  seal(event: SealEvent): void;
  call(pieces: readonly CallPiece[]): void;
  /** Everything that waits goes out, and the open block ends. */
  close(): void;
  /** A tool has been called. */
  called(): boolean;
}

type OpenBlock =
  | { readonly kind: "text" | "thinking" | "redacted" }
  | { readonly kind: "call"; readonly call: number; readonly end: ArgumentsEnd };

/** What came while a call's arguments were open: it has to wait, for that call's next piece may follow. */
type Waiting =
  | { readonly kind: "text" | "thinking"; text: string; readonly apart: boolean }
  | SealEvent
  | WaitingCall;

interface WaitingCall {
  readonly kind: "call";
  readonly call: number;
  id: string | null;
  name: string;
  given: string;
}

/** @param emit called with each event, in order; the first begins a block */
export function createBlockSequence(
  context: WriterContext,
  emit: (event: Uint8Array) => void,
): BlockSequence {
  const ended = new Set<number>();
  let waiting: Waiting[] = [];
  let open: OpenBlock | null = null;
  let index = -1;
  let called = false;
  let spoke = false;

  function end(): void {
    if (open === null) return;
    if (open.kind === "call") ended.add(open.call);
    // Thinking that its maker did not sign: by ours it will be known again.
    if (open.kind === "thinking") sign({ kind: "text", data: "" });
    emit(blockStop(index));
    open = null;
  }

  function sign({ kind, data }: Pick<Seal, "kind" | "data">): void {
    emit(blockDelta(index, "signature_delta", sealText({ maker: context.maker, kind, data })));
  }

  function begin(block: OpenBlock, start: Parameters<typeof blockStart>[1]): void {
    end();
    index += 1;
    open = block;
    emit(blockStart(index, start));
  }

  /** Whether the open call may still get a piece. */
  function busy(): boolean {
    return waiting.length > 0 || (open?.kind === "call" && !open.end.reached());
  }

  /** @param apart it does not belong to the block before */
  function sayNow(kind: "text" | "thinking", text: string, apart = false): void {
    if (open?.kind !== kind || apart)
      begin(
        { kind },
        kind === "text" ? { type: kind, text: "" } : { type: kind, thinking: "", signature: "" },
      );
    if (text !== "")
      emit(blockDelta(index, kind === "text" ? "text_delta" : "thinking_delta", text));
    spoke ||= kind === "text";
  }

  function sealNow({ of: kind, data }: SealEvent): void {
    if (kind === "redacted") {
      const sealed = sealText({ maker: context.maker, kind, data });
      begin({ kind }, { type: "redacted_thinking", data: sealed });
      end();
      return;
    }
    if (open?.kind !== "thinking") sayNow("thinking", "");
    sign({ kind, data });
    emit(blockStop(index));
    open = null;
  }

  function give({ call, id, name, given }: WaitingCall): void {
    const readable = name === "" ? null : opensObject(given) ? given : argumentsText(given);
    if (readable === null) {
      ended.add(call);
      sayNow("text", (spoke ? "\n" : "") + unreadableCall(name, given));
      return;
    }
    const arguments_ = createArgumentsEnd();
    const block = { type: "tool_use", id: id ?? madeCallId(context, index + 1), name, input: {} };
    begin({ kind: "call", call, end: arguments_ }, block);
    called = true;
    if (readable === "") return;
    arguments_.push(readable);
    emit(blockDelta(index, "input_json_delta", readable));
  }

  /** Lets go what may go. @param all nothing more comes for any call */
  function release(all: boolean): void {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (!all && open?.kind === "call" && !open.end.reached()) return;
      if (!all && next.kind === "call" && !isReady(next)) return;
      waiting = waiting.slice(1);
      switch (next.kind) {
        case "text":
        case "thinking":
          sayNow(next.kind, next.text, next.apart);
          break;
        case "seal":
          sealNow(next);
          break;
        case "call":
          give(next);
          break;
      }
    }
  }

  function hold({ call, id, name, given }: CallPiece): void {
    const held = waiting.find(
      (one): one is WaitingCall => one.kind === "call" && one.call === call,
    );
    if (held === undefined) {
      waiting.push({ kind: "call", call, id, name, given });
      return;
    }
    held.id ??= id;
    held.name += name;
    held.given += given;
  }

  return {
    say(event) {
      const { kind, text } = event;
      if (text === "") return;
      const apart = kind === "thinking" && (event.gap ?? "") !== "";
      const last = waiting.at(-1);
      if (!busy()) sayNow(kind, text, apart);
      else if (last?.kind === kind && !apart) last.text += text;
      else waiting.push({ kind, text, apart });
    },
    seal(event) {
      if (busy()) waiting.push(event);
      else sealNow(event);
    },
    call(pieces) {
      for (const piece of pieces) {
        if (open?.kind === "call" && open.call === piece.call) {
          if (piece.given === "") continue;
          open.end.push(piece.given);
          emit(blockDelta(index, "input_json_delta", piece.given));
        } else if (!ended.has(piece.call)) hold(piece);
        // Anything after complete arguments does not belong to them.
        else if (piece.given.trim() !== "") context.lose("answer.tool_calls");
        release(false);
      }
    },
    close() {
      release(true);
      end();
    },
    called: () => called,
  };
}

function isReady({ name, given }: WaitingCall): boolean {
  return name !== "" && opensObject(given);
}

function opensObject(given: string): boolean {
  return given.trimStart().startsWith("{");
}

/** Arguments that are none, as such; null where they are no object. */
function argumentsText(given: string): string | null {
  return argumentsObject(given) === null ? null : "";
}
