// Cleans the texts of an answer in its neutral form, so that whatever its client speaks gets them clean.
import {
  type CleanPolicy,
  createReasoning,
  filterFor,
  hasNoBlock,
} from "../../cleaning/clean-text.ts";
import type { Fate, MakeFilter, TextFilter } from "../../cleaning/text-filter.ts";
import type { AnswerEvent, TextEvent } from "./answer.ts";

export interface AnswerCleaner {
  /** The events as the client shall get them, in order; text that is not certain yet comes with later ones. */
  take(said: readonly AnswerEvent[]): readonly AnswerEvent[];
  /** No more will come: the text that still waits. Nothing at its second call. */
  end(): readonly AnswerEvent[];
}

/** A cleaner for one streamed answer; null where the policy leaves texts alone. */
export function createAnswerCleaner(policy: CleanPolicy): AnswerCleaner | null {
  const make = filterFor(policy);
  return make === null ? null : cleanerOf(make);
}

/** A whole answer, cleaned as its stream would be. */
export function cleanedAnswer(
  said: readonly AnswerEvent[],
  policy: CleanPolicy,
): readonly AnswerEvent[] {
  const isClean = said.every((event) => event.kind !== "text" || hasNoBlock(policy, event.text));
  const cleaner = isClean ? null : createAnswerCleaner(policy);
  return cleaner === null ? said : [...cleaner.take(said), ...cleaner.end()];
}

function cleanerOf(make: MakeFilter): AnswerCleaner {
  const reasoning = createReasoning();
  let out: AnswerEvent[] = [];
  let drops = false;
  let filter: TextFilter | null = null;

  function decided(fate: Fate, text: string): void {
    const gap = reasoning.before(fate);
    if (fate === "keep") out.push({ kind: "text", text });
    else if (fate === "move") out.push({ kind: "thinking", text, gap });
    else drops = true;
  }

  function takeText(event: TextEvent): void {
    filter ??= make(decided);
    const fate = filter.certain(event.text);
    if (fate === null) {
      const before = out.length;
      drops = false;
      filter.push(event.text);
      if (drops && out.length === before) out.push(nothingOfIt);
      return;
    }
    filter.pass(event.text);
    reasoning.before(fate);
    out.push(fate === "keep" ? event : nothingOfIt);
  }

  function take(event: AnswerEvent): void {
    switch (event.kind) {
      case "text":
        if (event.refusal === true) break;
        takeText(event);
        return;
      case "thinking":
        reasoning.add();
        break;
      case "calls":
      case "image":
        filter?.letGo();
        break;
      case "finish":
      case "error":
      case "end":
        close();
        break;
      case "seal":
      case "citation":
      case "logprobs":
      case "vector":
      case "usage":
      case "other":
        break;
    }
    out.push(event);
  }

  /** The text is over. Should some follow all the same, it is another. */
  function close(): void {
    filter?.end();
    filter = null;
  }

  function taken(): readonly AnswerEvent[] {
    const events = out;
    out = [];
    return events;
  }

  return {
    take(said) {
      for (const event of said) take(event);
      return taken();
    },
    end() {
      close();
      return taken();
    },
  };
}

/** The model speaks, but what it says is not for the client. */
const nothingOfIt: AnswerEvent = { kind: "text", text: "" };
