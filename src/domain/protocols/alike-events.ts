// Finds the events of a stream that need not be read: those that are like the one before them.
import type { Frame } from "../bytes/frame.ts";
import type { ProtocolName } from "../call/endpoint.ts";
import type { AnswerState } from "./answer-state.ts";
import type { FrameEditor } from "./bridge.ts";
import { type AlikeRun, type EventPattern, patternOf } from "./event-pattern.ts";
import { protocols } from "./protocol.ts";

export interface AlikeEvents {
  /** What was read last. @param state after it */
  saw(event: Frame, state: Pick<AnswerState, "content" | "end">): void;
  /** What came last was not read. */
  forget(): void;
  /** There may be a run. */
  knows(): boolean;
  /**
   * The events with which these bytes begin that may pass as they are: each brings content, and
   * neither the answer's state nor its editor would be another for having seen it.
   * @param bytes begin where an event begins
   */
  run(bytes: Uint8Array): AlikeRun;
}

const noRun: AlikeRun = { end: 0, events: 0 };

/** Patterns that nothing fitted, one after the other, after which only every few events are learnt from. */
const vainPatterns = 8;
const fewEvents = 32;

/** @param editor the stream's own; null: none. @returns null where the protocol is not known */
export function createAlikeEvents(
  protocol: ProtocolName | null,
  editor: Pick<FrameEditor, "spares"> | null,
): AlikeEvents | null {
  return protocol === null ? null : new StreamsAlike(protocols[protocol].events.texts, editor);
}

class StreamsAlike implements AlikeEvents {
  readonly #texts: readonly string[];
  readonly #editor: Pick<FrameEditor, "spares"> | null;
  #pattern: EventPattern | null = null;
  /** Events without one that was like them. */
  #vain = 0;

  constructor(texts: readonly string[], editor: Pick<FrameEditor, "spares"> | null) {
    this.#texts = texts;
    this.#editor = editor;
  }

  saw(event: Frame, state: Pick<AnswerState, "content" | "end">): void {
    this.#pattern = null;
    // What finishes one of several choices leaves the answer open, and does so again, if it comes again.
    if (state.content() === null || state.end() !== "open") return;
    this.#vain++;
    if (this.#vain > vainPatterns && this.#vain % fewEvents !== 0) return;
    const spared = this.#editor === null ? null : this.#editor.spares();
    this.#pattern = patternOf(event.bytes, this.#texts, spared);
  }

  forget(): void {
    this.#pattern = null;
  }

  knows(): boolean {
    return this.#pattern !== null;
  }

  run(bytes: Uint8Array): AlikeRun {
    const run = this.#pattern?.run(bytes) ?? noRun;
    if (run.events > 0) this.#vain = 0;
    return run;
  }
}
