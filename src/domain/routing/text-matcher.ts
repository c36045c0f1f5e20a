// Text conditions as users write them: `/regex/` searches, anything else must be equal.
import { compilePattern } from "./pattern.ts";
import type { TextMatcher } from "./types.ts";

/**
 * Recognises `/regex/` and, ignoring case, `/regex/i`.
 * @returns null where the text is plain
 */
export function patternText(
  text: string,
): { readonly source: string; readonly ignoreCase: boolean } | null {
  if (text.length < 2 || !text.startsWith("/")) return null;
  if (text.endsWith("/")) return { source: text.slice(1, -1), ignoreCase: false };
  if (text.length > 2 && text.endsWith("/i"))
    return { source: text.slice(1, -2), ignoreCase: true };
  return null;
}

/** Reads one condition; a bad pattern is a problem in words. */
export function parseTextMatcher(
  text: string,
): { readonly matcher: TextMatcher } | { readonly problem: string } {
  const written = patternText(text);
  if (written === null) return { matcher: { kind: "exact", text } };
  const compiled = compilePattern(written.source, { ignoreCase: written.ignoreCase });
  if ("problem" in compiled) return compiled;
  return { matcher: { kind: "pattern", text, pattern: compiled.pattern } };
}

/** Whether any of the conditions holds for the text; nothing holds for text that is not there. */
export function anyTextMatches(matchers: readonly TextMatcher[], text: string | null): boolean {
  if (text === null) return false;
  for (const matcher of matchers)
    if (matcher.kind === "exact" ? matcher.text === text : matcher.pattern.found(text)) return true;
  return false;
}
