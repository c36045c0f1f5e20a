// What every cleaner is: a machine that takes text in pieces and says, in order, what becomes of each run of it.

/** What becomes of a run of characters. Nothing is ever added to a text or put in another order. */
export type Fate = "keep" | "drop" | "move";

/** Takes the runs in order; together they are the text that was pushed. A run is never empty. */
export type Sink = (fate: Fate, text: string) => void;

export interface TextFilter {
  /** Takes the next piece; runs whose fate is now certain go to the sink, the rest waits. */
  push(text: string): void;
  /**
   * The fate of a whole piece where it is certain at once, with nothing waiting before or after
   * it; null where it has to be pushed. With `pass`, the short cut past the sink for most of what
   * models write.
   */
  certain(text: string): "keep" | "drop" | null;
  /** Takes a piece whose fate is certain. */
  pass(text: string): void;
  /**
   * Whether a text without any of `marks`, and without line breaks, would be kept as it is and leave
   * the filter as it is: whoever knows that such a text comes need not show it.
   */
  settled(): boolean;
  /**
   * Something follows that is not text: what still waits goes to the sink, since no tag or fence line
   * reaches across that. Only within a block may it wait on.
   */
  letGo(): void;
  /** The text is over: what still waits goes to the sink. */
  end(): void;
}

/** What begins or ends a block or a fence line, or stands around a tag that is only quoted. */
export const marks = "<[`";

export type MakeFilter = (out: Sink) => TextFilter;

/** One filter behind another: the second sees only what the first keeps. */
export function chainFilters(first: MakeFilter, second: MakeFilter, out: Sink): TextFilter {
  // From the oldest run on which the second is undecided; what follows it waits, to stay in order.
  const waiting: { readonly fate: Fate; readonly text: string; settled: number }[] = [];

  const after = second((fate, text) => {
    let from = 0;
    while (from < text.length) {
      const run = waiting[0];
      if (run === undefined) throw new Error("a filter settled text that it was never given");
      const part = text.slice(from, from + run.text.length - run.settled);
      out(fate, part);
      from += part.length;
      run.settled += part.length;
      if (run.settled === run.text.length) {
        waiting.shift();
        letPass();
      }
    }
  });

  function letPass(): void {
    for (let run = waiting[0]; run !== undefined && run.fate !== "keep"; run = waiting[0]) {
      out(run.fate, run.text);
      waiting.shift();
    }
  }

  const before = first((fate, text) => {
    if (fate !== "keep" && waiting.length === 0) {
      out(fate, text);
      return;
    }
    waiting.push({ fate, text, settled: 0 });
    if (fate === "keep") after.push(text);
  });

  return {
    push: (text) => before.push(text),
    certain(text) {
      const fate = waiting.length === 0 ? before.certain(text) : null;
      return fate === "keep" ? after.certain(text) : fate;
    },
    pass(text) {
      const kept = before.certain(text) === "keep";
      before.pass(text);
      if (kept) after.pass(text);
    },
    settled: () => waiting.length === 0 && before.settled() && after.settled(),
    letGo() {
      before.letGo();
      after.letGo();
    },
    end() {
      before.end();
      after.end();
    },
  };
}
