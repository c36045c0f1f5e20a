// Cleans a streamed answer event by event: whole events wait while their text is undecided, so that one in which nothing changes keeps its bytes.
import type { Frame } from "../bytes/frame.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { type ChoiceText, createChoiceText, type Held, type SlotText } from "./choice-text.ts";
import { type CleanPolicy, filterFor } from "./clean-text.ts";
import { isBare, leavesNothing, saysMore } from "./leaves-nothing.ts";
import { type AnswerSlots, ownReasoning, type Slot } from "./slot.ts";
import { withTexts } from "./splice-texts.ts";
import type { MakeFilter } from "./text-filter.ts";

/**
 * What a cleaner need not be shown for now, since it would pass it as it is and be none the wiser:
 * `nothing`; `wordless`: an event that is like the one before it, and has no text that cleaners touch;
 * `plain`: also one whose text is another that has none of `marks` and no line break.
 */
export type Spared = "nothing" | "wordless" | "plain";

export interface StreamCleaner {
  /**
   * Takes the next event.
   * @param json what its data parsed to; null where it is not a JSON object (comments, `[DONE]`)
   * @returns what is to be sent now: events that waited, this one, several or none; a frame's own
   * bytes where nothing in it changed
   */
  frame(frame: Frame, json: JsonRecord | null): readonly Uint8Array[];
  /** The stream is over, or broke: the events that still wait. Nothing at its second call. */
  end(): readonly Uint8Array[];
  /** Holds until it is shown an event again. */
  spares(): Spared;
  /** Whether any event so far was changed or left out. */
  changed(): boolean;
}

interface HeldEvent extends Held {
  readonly frame: Frame;
  readonly json: JsonRecord;
  readonly slots: readonly Slot[];
  readonly segments: SlotText[];
  /** The choices in whose lines it stands. */
  readonly choices: Choice[];
  /** The choices whose later events must stay behind it, once it has to wait. */
  binds: readonly Choice[];
  sent: boolean;
}

type Choice = ChoiceText<HeldEvent>;

/**
 * A cleaner for one stream; null where there is nothing to clean.
 * @param slots finds the texts of its events; null: they have none
 */
export function createStreamCleaner(
  slots: AnswerSlots | null,
  policy: CleanPolicy,
): StreamCleaner | null {
  const make = slots === null ? null : filterFor(policy);
  return slots === null || make === null ? null : cleanerFor(slots, make);
}

function cleanerFor(find: AnswerSlots, make: MakeFilter): StreamCleaner {
  const choices = new Map<number, Choice>();
  let changed = false;

  function choiceOf(slot: Slot): Choice {
    const known = choices.get(slot.choice);
    if (known !== undefined) return known;
    const choice: Choice = createChoiceText(make);
    choices.set(slot.choice, choice);
    return choice;
  }

  /**
   * The short cut for most events: text that is kept or dropped as a whole, and nothing else that
   * this file would have to heed.
   */
  function passing(slot: Slot, json: JsonRecord): "keep" | "drop" | null {
    if (slot.ends || slot.text === null || slot.text === "") return null;
    if (ownReasoning(slot) !== "") return null;
    const choice = choiceOf(slot);
    const fate = choice.certain(slot.text);
    if (fate === null) return null;
    if (fate === "drop" && !isBare(slot, json)) return null;
    choice.pass(slot.text, fate);
    return fate;
  }

  /**
   * Puts the event in the lines of its choices; null where it may pass at once: it has no text,
   * ends no choice, and no event waits whose tool call or reasoning it may continue.
   */
  function queued(frame: Frame, json: JsonRecord, slots: readonly Slot[]): HeldEvent | null {
    let waits = false;
    for (const slot of slots) {
      const choice = choiceOf(slot);
      if (ownReasoning(slot) !== "") choice.hasReasoning();
      waits ||= decides(slot) || (choice.bound() && saysMore(slot, json));
    }
    if (!waits) return null;
    const segments: SlotText[] = [];
    const involved: Choice[] = [];
    const event: HeldEvent = {
      frame,
      json,
      slots,
      segments,
      choices: involved,
      undecided: 0,
      binds: [],
      sent: false,
    };
    for (const slot of slots) {
      if (!decides(slot) && !saysMore(slot, json)) continue;
      const choice = choiceOf(slot);
      const segment: SlotText = {
        slot,
        text: choice.ended() ? "" : (slot.text ?? ""),
        content: "",
        moved: "",
      };
      segments.push(segment);
      involved.push(choice);
      choice.push(segment, event);
      if (slot.ends) choice.end();
    }
    return event;
  }

  /** What has to wait, and carries parts that have to stay in order, holds later parts back. */
  function bind(event: HeldEvent): void {
    event.binds = event.segments
      .filter(({ slot }) => saysMore(slot, event.json))
      .map(({ slot }) => choiceOf(slot));
    for (const choice of event.binds) choice.bind(1);
  }

  /** Sends what is decided and at the head of the lines that it stands in. */
  function release(from: Iterable<Choice>): readonly Uint8Array[] {
    const out: Uint8Array[] = [];
    const lines = [...from];
    for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
      for (let event = line.front(); event !== undefined && isReady(event); event = line.front()) {
        const bytes = cleaned(event);
        if (bytes !== null) out.push(bytes);
        event.sent = true;
        for (const choice of event.binds) choice.bind(-1);
        for (const choice of event.choices) {
          choice.leave();
          if (choice !== line) lines.push(choice);
        }
      }
    }
    return out;
  }

  function cleaned(event: HeldEvent): Uint8Array | null {
    const { frame, json, slots } = event;
    const changes = event.segments.filter(
      ({ text, content, moved }) => content !== text || moved !== "",
    );
    if (changes.length === 0) return frame.bytes;
    changed = true;
    if (leavesNothing(json, slots, changes)) return null;
    const { bytes, start } = find.locate(frame);
    return withTexts(bytes, start, changes);
  }

  function end(): readonly Uint8Array[] {
    for (const choice of choices.values()) choice.end();
    return release(choices.values());
  }

  function spares(): Spared {
    let spared: Spared = choices.size === 0 ? "nothing" : "plain";
    for (const choice of choices.values()) {
      if (!choice.idle()) return "nothing";
      if (!choice.settled()) spared = "wordless";
    }
    return spared;
  }

  return {
    frame(frame, json) {
      if (json === null) return isDone(frame) ? [...end(), frame.bytes] : [frame.bytes];
      const lone = find.lone(json);
      const fate = lone === null ? null : passing(lone, json);
      if (fate !== null) {
        changed ||= fate === "drop";
        return fate === "keep" ? [frame.bytes] : [];
      }
      const event = queued(frame, json, lone === null ? find.event(json) : [lone]);
      if (event === null) return [frame.bytes];
      const out = release(event.choices);
      if (!event.sent) bind(event);
      return out;
    },
    end,
    spares,
    changed: () => changed,
  };
}

/** Whether an event changes what is known of a choice's text. */
function decides(slot: Slot): boolean {
  return slot.ends || (slot.text ?? "") !== "";
}

function isReady(event: HeldEvent): boolean {
  return event.undecided === 0 && event.choices.every((choice) => choice.front() === event);
}

function isDone(frame: Frame): boolean {
  return frame.data?.trim() === "[DONE]";
}
