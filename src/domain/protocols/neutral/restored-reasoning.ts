// Puts back what the server signed of an assistant's turn, where the client's protocol has no place for it.
import type { Addressee } from "./addressee.ts";
import type { PlacedFields } from "./placed-fields.ts";
import type { ReasoningPart, RequestPart } from "./request.ts";
import type { SignedReasoning, SignedTurn } from "./signed-turn.ts";

/**
 * The parts of an assistant's message with its signed reasoning in the places where that stood. It takes
 * the place of what the client kept of the same in its own way.
 * @param restored the turns that are back already: one may have been split into several messages
 */
export function withSignedReasoning(
  parts: readonly RequestPart[],
  server: Addressee,
  restored: Set<SignedTurn>,
  placed: PlacedFields,
): readonly RequestPart[] {
  const turn = turnOf(parts, server);
  if (turn === null || restored.has(turn)) return parts;
  restored.add(turn);
  const waiting = [...turn.reasoning];
  const own = parts.find(({ kind }) => kind === "reasoning");
  const path = own?.path ?? "messages.content.thinking";
  const whole: RequestPart[] = [];
  let said = 0;
  let calls = 0;

  function release(isDue: (next: SignedReasoning) => boolean): void {
    for (let next = waiting[0]; next !== undefined && isDue(next); next = waiting[0]) {
      whole.push(partOf(next, path));
      waiting.shift();
    }
  }

  for (const part of parts)
    switch (part.kind) {
      case "reasoning":
        placed.place(part);
        break;
      case "text": {
        placed.place(part);
        let from = 0;
        for (;;) {
          release((next) => next.calls <= calls && next.said <= said);
          const next = waiting[0];
          const to = next === undefined ? part.text.length : from + next.said - said;
          if (next === undefined || next.calls > calls || to >= part.text.length) break;
          whole.push({ ...part, text: part.text.slice(from, to) });
          said += to - from;
          from = to;
        }
        whole.push({ ...part, text: part.text.slice(from) });
        said += part.text.length - from;
        break;
      }
      case "call":
        release((next) => next.calls <= calls);
        whole.push(part);
        calls += 1;
        break;
      case "image":
      case "file":
        whole.push(part);
        break;
    }
  release(() => true);
  return whole;
}

function turnOf(parts: readonly RequestPart[], server: Addressee): SignedTurn | null {
  // A client that keeps seals needs nobody to remember them.
  if (parts.some((part) => part.kind === "reasoning" && part.seal !== null)) return null;
  for (const part of parts) {
    const turn = part.kind === "call" ? server.recall(part.id) : null;
    if (turn !== null) return turn;
  }
  return null;
}

/** @param path under which it is named where it does not go back after all */
function partOf({ text, seal }: SignedReasoning, path: string): ReasoningPart {
  return { kind: "reasoning", path, text, seal: { path, ...seal } };
}
