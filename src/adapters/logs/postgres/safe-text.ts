// Texts as PostgreSQL takes them: it refuses NUL and lone surrogates, which a row may hold all the same.

/** A noncharacter: it begins each of what stands in place of a character, itself included. */
const mark = "\uFFFF";
const unsafe = /[\0\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const suspect = /[\0\uFFFF]/;
const written = /\uFFFF([\da-f]{4})/g;

/** The text, each NUL, lone surrogate and U+FFFF as U+FFFF and four hex digits; nearly always as it is. */
export function safeText(text: string): string {
  if (text.isWellFormed() && !suspect.test(text)) return text;
  return text.replaceAll(unsafe, (unit) => mark + unit.charCodeAt(0).toString(16).padStart(4, "0"));
}

/** What `safeText` was given. */
export function originalText(safe: string): string {
  if (!safe.includes(mark)) return safe;
  return safe.replaceAll(written, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** Likewise, of a column that may be empty. */
export function originalOrNull(safe: string | null): string | null {
  return safe === null ? null : originalText(safe);
}
