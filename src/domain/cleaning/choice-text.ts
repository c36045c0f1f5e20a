// One choice's text in a stream: which of its events are decided, and what became of their text.
import { createReasoning } from "./clean-text.ts";
import type { MakeFilter } from "./text-filter.ts";
import type { Slot } from "./slot.ts";

/** The part of a choice's text that one event brought. */
export interface SlotText {
  readonly slot: Slot;
  readonly text: string;
  content: string;
  moved: string;
}

/** What a choice needs to know of the event around a segment. */
export interface Held {
  /** Segments on whose text the filter is still undecided. */
  undecided: number;
}

export interface ChoiceText<H extends Held> {
  /** Takes an event's text in; the event stands in this choice's line until `leave`. */
  push(segment: SlotText, event: H): void;
  /** The fate of text that is certain while no event waits; null where it has to be pushed. */
  certain(text: string): "keep" | "drop" | null;
  /** Takes text whose fate is certain. */
  pass(text: string, fate: "keep" | "drop"): void;
  /** No event waits, and later ones may come: one without text passes. */
  idle(): boolean;
  /** Text that has none of `marks` and no line break would be kept, and change nothing. Only where it is `idle`. */
  settled(): boolean;
  /** The choice's text is complete; what comes for it afterwards is not to be pushed. */
  end(): void;
  ended(): boolean;
  /** The answer has reasoning of its own. */
  hasReasoning(): void;
  /** Counts events in line that later ones must not overtake, even ones without text. */
  bind(by: 1 | -1): void;
  bound(): boolean;
  /** The oldest event still in line. */
  front(): H | undefined;
  /** Takes the oldest event out of the line. */
  leave(): void;
}

/** A choice at its start. */
export function createChoiceText<H extends Held>(make: MakeFilter): ChoiceText<H> {
  const reasoning = createReasoning();
  const line: { readonly segment: SlotText; readonly event: H }[] = [];
  let first = 0;
  // The oldest segment that is not wholly decided, and how much of it is.
  let deciding = 0;
  let decided = 0;
  let over = false;
  let binding = 0;

  const filter = make((fate, text) => {
    const gap = reasoning.before(fate);
    let from = 0;
    while (from < text.length) {
      const entry = line[deciding];
      if (entry === undefined) throw new Error("a filter decided text that it was never given");
      const { segment } = entry;
      const size = Math.min(text.length - from, segment.text.length - decided);
      const part = size === text.length ? text : text.slice(from, from + size);
      if (fate === "keep") segment.content += part;
      else if (fate === "move") segment.moved += from === 0 ? gap + part : part;
      from += size;
      decided += size;
      nextSegments();
    }
  });

  function nextSegments(): void {
    for (
      let entry = line[deciding];
      entry !== undefined && decided === entry.segment.text.length;
      entry = line[deciding]
    ) {
      entry.event.undecided--;
      deciding++;
      decided = 0;
    }
  }

  return {
    push(segment, event) {
      line.push({ segment, event });
      event.undecided++;
      if (segment.text === "") nextSegments();
      else filter.push(segment.text);
    },
    certain: (text) => (over || line.length > 0 ? null : filter.certain(text)),
    pass(text, fate) {
      filter.pass(text);
      reasoning.before(fate);
    },
    idle: () => !over && line.length === 0 && binding === 0,
    settled: () => filter.settled(),
    end() {
      if (over) return;
      over = true;
      filter.end();
    },
    ended: () => over,
    hasReasoning: () => reasoning.add(),
    bind(by) {
      binding += by;
    },
    bound: () => binding > 0,
    front: () => line[first]?.event,
    leave() {
      first++;
      if (first < line.length && first < manyLeft) return;
      line.splice(0, first);
      deciding -= first;
      first = 0;
    },
  };
}

/** Places of events that have left are given back so many at a time. */
const manyLeft = 256;
