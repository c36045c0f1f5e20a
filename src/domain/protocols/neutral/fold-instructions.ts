// Instructions within a conversation, for servers whose templates take them at the start only. They
// become part of a message beside them, and change nothing before that, so that a prompt cache still fits.
import type { PlacedFields } from "./placed-fields.ts";
import type { RequestMessage, RequestPart } from "./request.ts";

type Instruction = Extract<RequestMessage, { readonly role: "instruction" }>;

/**
 * The messages without those that fold: a leading one joins the instructions at the start, a later one
 * the user's message or the result before it, else the user's message that follows. None adds a user's
 * turn after results, and none stands between a call and its results.
 */
export function foldInstructions(
  messages: readonly RequestMessage[],
  placed: PlacedFields,
): readonly RequestMessage[] {
  if (!messages.some(folds)) return messages;
  const folded: RequestMessage[] = [];
  let waiting: readonly RequestPart[] = [];
  for (const message of moveBehindResults(messages)) {
    const last = folded.at(-1);
    if (folds(message)) {
      const said = oneText(message.parts, placed);
      if (waiting.length > 0 || last?.role === "assistant") waiting = seamed(waiting, said, placed);
      else if (last === undefined) folded.push({ ...message, folds: false });
      else folded[folded.length - 1] = withParts(last, seamed(last.parts, said, placed));
      continue;
    }
    if (waiting.length > 0 && message.role === "user")
      folded.push(withParts(message, seamed(waiting, message.parts, placed)));
    else {
      if (waiting.length > 0) folded.push({ role: "user", parts: waiting });
      folded.push(message);
    }
    waiting = [];
  }
  return waiting.length === 0 ? folded : [...folded, { role: "user", parts: waiting }];
}

/** The messages in an order in which nothing that folds stands between a call and its results. */
export function moveBehindResults(messages: readonly RequestMessage[]): readonly RequestMessage[] {
  const moved: RequestMessage[] = [];
  let held: RequestMessage[] = [];
  let expectsResults = false;
  for (const message of messages) {
    if (folds(message) && expectsResults) {
      held.push(message);
      continue;
    }
    if (message.role !== "result") {
      moved.push(...held);
      held = [];
      expectsResults =
        message.role === "assistant" && message.parts.some(({ kind }) => kind === "call");
    }
    moved.push(message);
  }
  return [...moved, ...held];
}

function folds(message: RequestMessage): message is Instruction {
  return message.role === "instruction" && message.folds === true;
}

function withParts(message: RequestMessage, parts: readonly RequestPart[]): RequestMessage {
  return { ...message, parts };
}

function oneText(parts: readonly RequestPart[], placed: PlacedFields): readonly RequestPart[] {
  return parts.reduce<readonly RequestPart[]>((before, part) => seamed(before, [part], placed), []);
}

/** Texts that meet become one, for some templates put nothing between two. */
function seamed(
  before: readonly RequestPart[],
  after: readonly RequestPart[],
  placed: PlacedFields,
): readonly RequestPart[] {
  const last = before.at(-1);
  const [first, ...rest] = after;
  if (last?.kind !== "text" || first?.kind !== "text") return [...before, ...after];
  placed.place(last);
  placed.place(first);
  const text = `${last.text}\n\n${first.text}`;
  const cache = first.cache ?? last.cache;
  // The later mark is of all that the earlier one is of.
  if (first.cache !== undefined && last.cache !== undefined) placed.place(last.cache);
  const joined = cache === undefined ? { ...last, text } : { ...last, text, cache };
  return [...before.slice(0, -1), joined, ...rest];
}
