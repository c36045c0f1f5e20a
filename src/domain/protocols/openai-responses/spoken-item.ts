// What the model says in an item of its own, which has one part: a text, a refusal, or a train of thought.
import type { WrittenObject } from "../../bytes/json-written.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

export interface SpokenItem {
  readonly kind: "message" | "refusal" | "reasoning";
  readonly id: string;
  readonly index: number;
  text: string;
  readonly tokens: WrittenObject[];
  readonly annotations: WrittenObject[];
  sealed: string | null;
  status: ItemStatus;
}

/** How the part of an item is written, and what the events about it are called. */
export interface PartForm {
  /** `response.{part}.added`. */
  readonly part: string;
  /** `response.{text}.delta`. */
  readonly text: string;
  /** By which the events say which part it is. */
  readonly index: "content_index" | "summary_index";
  /** Members of a delta beside its text, as JSON. */
  readonly beside: string;
  /** Of the event that has all of the text. */
  done(item: SpokenItem): WrittenObject;
  written(item: SpokenItem): WrittenObject;
}

const text: PartForm = {
  part: "content_part",
  text: "output_text",
  index: "content_index",
  beside: ',"logprobs":[]',
  done: (item) => ({ text: item.text, logprobs: [...item.tokens] }),
  written: ({ annotations, tokens, text: said }) => ({
    type: "output_text",
    annotations: [...annotations],
    logprobs: [...tokens],
    text: said,
  }),
};

const refusal: PartForm = {
  part: "content_part",
  text: "refusal",
  index: "content_index",
  beside: "",
  done: (item) => ({ refusal: item.text }),
  written: (item) => ({ type: "refusal", refusal: item.text }),
};

const thought: PartForm = {
  part: "content_part",
  text: "reasoning_text",
  index: "content_index",
  beside: "",
  done: (item) => ({ text: item.text }),
  written: (item) => ({ type: "reasoning_text", text: item.text }),
};

const summary: PartForm = {
  part: "reasoning_summary_part",
  text: "reasoning_summary_text",
  index: "summary_index",
  beside: "",
  done: (item) => ({ text: item.text }),
  written: (item) => ({ type: "summary_text", text: item.text }),
};

/** @param inSummary thoughts are shown as a summary */
export function partForm(kind: SpokenItem["kind"], inSummary: boolean): PartForm {
  switch (kind) {
    case "message":
      return text;
    case "refusal":
      return refusal;
    case "reasoning":
      return inSummary ? summary : thought;
  }
}
