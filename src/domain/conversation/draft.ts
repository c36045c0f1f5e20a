// One answer while its pieces come in.
import { isRecord } from "../bytes/json.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { detailsText } from "../call/reasoning-details.ts";
import { answerTextParts, contentParts, toolCallPart } from "./parts.ts";
import { listOf, textOrNull } from "./turn.ts";
import type { Turn, TurnPart } from "./turn.ts";

export interface Draft {
  text(piece: string): void;
  thinking(piece: string): void;
  refusal(piece: string): void;
  /** A piece of the tool call at a place; id and name stand in its first piece. */
  call(place: unknown, id: string | null, name: string | null, piece: string): void;
  /** Something that comes whole. */
  other(part: TurnPart): void;
  /** A chat's message, whole or a delta of it. */
  message(message: JsonRecord): void;
  /** Anything but a text that is not empty is passed over. */
  finish(reason: unknown): void;
  finished(): Turn;
}

interface DraftCall {
  id: string | null;
  name: string;
  readonly pieces: string[];
}

/** @param most characters kept of all pieces together */
export function createDraft(most: number): Draft {
  const text: string[] = [];
  const thinking: string[] = [];
  const refusal: string[] = [];
  const others: TurnPart[] = [];
  const calls = new Map<unknown, DraftCall>();
  let finish: string | null = null;
  let room = most;

  function keep(pieces: string[], piece: string): void {
    if (room <= 0) return;
    pieces.push(piece);
    room -= piece.length;
  }

  const draft: Draft = {
    text: (piece) => {
      keep(text, piece);
    },
    thinking: (piece) => {
      keep(thinking, piece);
    },
    refusal: (piece) => {
      keep(refusal, piece);
    },
    call(place, id, name, piece) {
      const known = calls.get(place) ?? { id: null, name: "", pieces: [] };
      calls.set(place, known);
      known.id ??= id;
      if (name !== null) known.name += name;
      keep(known.pieces, piece);
    },
    other: (part) => {
      others.push(part);
    },
    message(message) {
      const { content } = message;
      if (typeof content === "string") draft.text(content);
      else
        for (const part of contentParts(content))
          if (part.kind === "text") draft.text(part.text);
          else if (part.kind === "thinking") draft.thinking(part.text);
          else others.push(part);
      // Servers that know two names for it fill both with the same words.
      const reasoning = ["reasoning_content", "reasoning", "thinking"]
        .map((field) => textOrNull(message[field]))
        .find((said) => said !== null);
      const thought = reasoning ?? detailsText(message["reasoning_details"]);
      if (thought !== null) draft.thinking(thought);
      if (typeof message["refusal"] === "string") draft.refusal(message["refusal"]);
      for (const call of listOf(message["tool_calls"])) addCall(call);
      if (isRecord(message["function_call"]))
        addCall({ index: -1, function: message["function_call"] });
    },
    finish(reason) {
      finish = textOrNull(reason) ?? finish;
    },
    finished: () => ({
      role: "assistant",
      name: null,
      parts: [
        ...part("thinking", thinking),
        ...answerTextParts(text.join("")),
        ...part("refusal", refusal),
        ...others,
        ...[...calls.values()].map(({ id, name, pieces }) => ({
          kind: "tool-call" as const,
          id,
          name,
          arguments: pieces.join(""),
        })),
      ],
      finish,
    }),
  };

  function addCall(call: unknown): void {
    const read = toolCallPart(call);
    if (read.kind !== "tool-call") return;
    const index = isRecord(call) ? call["index"] : undefined;
    // Ollama and whole answers give no index: each is a call of its own.
    const place = typeof index === "number" ? index : `call ${calls.size}`;
    draft.call(place, read.id, textOrNull(read.name), read.arguments);
  }
  return draft;
}

function part(kind: "thinking" | "refusal", pieces: readonly string[]): readonly TurnPart[] {
  const text = pieces.join("");
  return text.trim() === "" ? [] : [{ kind, text }];
}
