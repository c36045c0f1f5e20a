// Neutral messages as Anthropic's: the system's blocks apart, and turns of user and assistant that alternate.
import type { WrittenObject } from "../../bytes/json-written.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { RequestMessage } from "../neutral/request.ts";
import type { Addressee } from "../neutral/addressee.ts";
import type { SignedTurn } from "../neutral/signed-turn.ts";
import type { ToolNames } from "../neutral/tool-names.ts";
import type { ClaudeTraits } from "./claude-traits.ts";
import { assistantBlocks, resultBlock, textBlocks, userBlocks } from "./block-writer.ts";
import { withSignedReasoning } from "../neutral/restored-reasoning.ts";
import { createCallIds } from "../neutral/call-ids.ts";

interface WrittenTurns {
  readonly system: readonly WrittenObject[];
  readonly messages: readonly WrittenObject[];
  /** The last turn of the assistant's calls tools, and does not begin with the thinking that led to them. */
  readonly callsUnthought: boolean;
}

/**
 * Instructions at the beginning are the system's; so are later ones, each behind the user's turn in or
 * before which it stands, where a model takes them there. Elsewhere the user says them.
 */
export function writeTurns(
  messages: readonly RequestMessage[],
  names: ToolNames,
  server: Addressee,
  { inlineSystem }: ClaudeTraits,
  placed: PlacedFields,
): WrittenTurns {
  const begins = messages.findIndex(({ role }) => role !== "instruction");
  const leading = begins < 0 ? messages : messages.slice(0, begins);
  const system = leading.map(({ parts }) => textBlocks(parts, placed));
  const turns = turnsOf(messages.slice(leading.length), names, server, inlineSystem, placed);
  const written = turns.flatMap(writeTurn);
  const callsUnthought = isUnthought(turns.findLast(({ role }) => role === "assistant"));
  if (written.length > 0) return { system: system.flat(), messages: written, callsUnthought };
  // Anthropic wants something to answer: where nothing else is said, that is the last instruction.
  const asked = system.pop() ?? [];
  return {
    system: system.flat(),
    messages: asked.length === 0 ? [] : [{ role: "user", content: asked }],
    callsUnthought,
  };
}

function isUnthought(turn: Turn | undefined): boolean {
  if (turn?.said.some(({ type }) => type === "tool_use") !== true) return false;
  const first = turn.said[0]?.["type"];
  return first !== "thinking" && first !== "redacted_thinking";
}

interface Turn {
  readonly role: "user" | "assistant";
  /** Of the calls of the turn before; they have to stand first. */
  readonly results: WrittenObject[];
  readonly said: WrittenObject[];
  /** What the system says behind it. */
  readonly instructions: WrittenObject[];
}

/** Anthropic's pattern for the ids of calls. */
const acceptedIds = /^[a-zA-Z0-9_-]+$/;

/** A turn that has nothing else is the user's, for the system's words have to follow one. */
function writeTurn({ role, results, said, instructions }: Turn): readonly WrittenObject[] {
  const content = [...results, ...said];
  if (content.length === 0) return [{ role, content: instructions }];
  return instructions.length === 0
    ? [{ role, content }]
    : [
        { role, content },
        { role: "system", content: instructions },
      ];
}

function turnsOf(
  messages: readonly RequestMessage[],
  names: ToolNames,
  server: Addressee,
  inlineSystem: boolean,
  placed: PlacedFields,
): readonly Turn[] {
  const turns: Turn[] = [];
  const ids = createCallIds(acceptedIds);
  const restored = new Set<SignedTurn>();
  /** Instructions that follow the assistant's words: they wait for the user's, and are never a turn between calls and results. */
  let held: readonly WrittenObject[] = [];

  const placeOf = ({ instructions, said }: Turn) => (inlineSystem ? instructions : said);

  function turnOf(role: Turn["role"]): Turn {
    const last = turns.at(-1);
    if (last?.role === role) return last;
    const turn: Turn = { role, results: [], said: [], instructions: [] };
    if (role === "user") {
      placeOf(turn).push(...held);
      held = [];
    }
    turns.push(turn);
    return turn;
  }

  for (const message of messages)
    switch (message.role) {
      case "instruction": {
        const blocks = textBlocks(message.parts, placed);
        const last = turns.at(-1);
        if (last?.role === "user") placeOf(last).push(...blocks);
        else held = [...held, ...blocks];
        break;
      }
      case "user": {
        const blocks = userBlocks(message.parts, placed);
        if (blocks.length > 0) turnOf("user").said.push(...blocks);
        break;
      }
      case "result":
        turnOf("user").results.push(resultBlock(message, ids.ofResult(message.callId), placed));
        break;
      case "assistant": {
        if (turns.at(-1)?.role !== "assistant") ids.begin();
        const parts = withSignedReasoning(message.parts, server, restored, placed);
        const blocks = assistantBlocks(parts, ids, names, server, placed);
        if (blocks.length > 0) turnOf("assistant").said.push(...blocks);
        break;
      }
    }
  if (held.length > 0) turnOf("user");
  trimLast(turns.at(-1));
  return turns;
}

/** Anthropic refuses words of the assistant's to go on with that end in white space. */
function trimLast(turn: Turn | undefined): void {
  if (turn?.role !== "assistant") return;
  const last = turn.said.pop();
  if (last === undefined) return;
  const text = last["text"];
  turn.said.push(typeof text === "string" ? { ...last, text: text.trimEnd() } : last);
}
