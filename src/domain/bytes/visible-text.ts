// Text that comes from elsewhere, fit for a terminal: nothing in it can move the cursor, recolour, or turn the reading direction.

/** Control characters (C0, DEL, C1), line and paragraph separators, and those that override the direction (UAX #9). */
const unseen = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text with every such character as JSON escapes it, so that JSON stays the same JSON. */
export function visibleText(text: string): string {
  return text.replace(
    unseen,
    (char) => short[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
