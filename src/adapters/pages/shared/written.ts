// A text as the content of a textarea.

/** HTML drops a line break that opens a textarea. */
export function written(text: string): string {
  return text.startsWith("\n") ? `\n${text}` : text;
}
