// Watches an answer for reasoning that its maker signed, which has to stand before the calls that it led to.
import type { AnswerEvent } from "./answer.ts";
import type { Maker, Seal } from "./seal.ts";
import type { SignedReasoning, SignedTurn } from "./signed-turn.ts";

export interface SignedAnswer {
  /** Takes the next events, as the client gets them. */
  take(said: readonly AnswerEvent[]): void;
  /** It is complete, be it that none of them said so. */
  complete(): void;
}

/** @param keep called once, with what is to be remembered of a complete answer, where there is anything */
export function createSignedAnswer(maker: Maker, keep: (turn: SignedTurn) => void): SignedAnswer {
  const reasoning: SignedReasoning[] = [];
  const callIds: string[] = [];
  let thought = "";
  let said = 0;
  let calls = 0;
  let isKept = false;

  function sealed(kind: Seal["kind"], data: string): void {
    const text = kind === "redacted" ? "" : thought;
    reasoning.push({ text, seal: { maker, kind, data }, said, calls });
    if (kind !== "redacted") thought = "";
  }

  /** Servers that sign nothing get back what they gave all the same. */
  function ended(): void {
    if (thought !== "") sealed("signature", "");
  }

  function take(event: AnswerEvent): void {
    switch (event.kind) {
      case "thinking":
        // With a gap it was moved here out of the text: nobody signs that.
        if (event.gap === undefined) thought += event.text;
        break;
      case "seal":
        if (event.of === "redacted") ended();
        sealed(event.of, event.data);
        break;
      case "text":
        ended();
        said += event.text.length;
        break;
      case "calls":
        ended();
        for (const { call, id } of event.pieces) {
          if (id !== null) callIds.push(id);
          calls = Math.max(calls, call + 1);
        }
        break;
      case "citation":
      case "image":
      case "logprobs":
      case "vector":
      case "usage":
      case "finish":
      case "other":
      case "error":
        break;
      case "end":
        complete();
        break;
    }
  }

  function complete(): void {
    if (isKept || callIds.length === 0 || reasoning.length === 0) return;
    isKept = true;
    keep({ maker, callIds, reasoning });
  }

  return {
    take(events) {
      for (const event of events) take(event);
    },
    complete,
  };
}
