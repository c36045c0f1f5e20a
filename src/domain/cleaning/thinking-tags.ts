// The tags that models put around their thinking, found in text that may end within one.

export interface ThinkingTag {
  readonly open: string;
  readonly close: string;
}

/** No tag's first character occurs in it again; the searches below rely on that. */
export const thinkingTags: readonly ThinkingTag[] = [
  { open: "<think>", close: "</think>" },
  { open: "<thinking>", close: "</thinking>" },
  { open: "<reasoning>", close: "</reasoning>" },
  { open: "[think]", close: "[/think]" },
  // Magistral's.
  { open: "[THINK]", close: "[/THINK]" },
];

const longestOpen = Math.max(...thinkingTags.map((tag) => tag.open.length));

/** One less than the longest closing tag: so much of a text's end may belong to one that is cut. */
export const closingOverlap = Math.max(...thinkingTags.map((tag) => tag.close.length)) - 1;

const anyClosing = /<\/(?:think|thinking|reasoning)>|\[\/(?:think|THINK)\]/;

/** The tag that opens at this index; `undecided` where the text ends before that is certain. */
export function openingAt(text: string, at: number): ThinkingTag | "undecided" | null {
  for (const tag of thinkingTags) if (text.startsWith(tag.open, at)) return tag;
  if (text.length - at >= longestOpen) return null;
  const rest = text.slice(at);
  return thinkingTags.some((tag) => tag.open.startsWith(rest)) ? "undecided" : null;
}

/** The first closing tag of any kind. */
export function firstClosing(text: string): { readonly at: number; readonly close: string } | null {
  const found = anyClosing.exec(text);
  return found === null ? null : { at: found.index, close: found[0] };
}

/** Where, from an index on, the text's end may be the beginning of the closing tag; its length where nowhere. */
export function undecidedClosing(text: string, from: number, close: string): number {
  const at = text.lastIndexOf(close.charAt(0));
  const undecided =
    at >= from && text.length - at < close.length && close.startsWith(text.slice(at));
  return undecided ? at : text.length;
}
