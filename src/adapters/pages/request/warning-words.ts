// What was odd about a call although it went on, in sentences.

const sentences: Readonly<Record<string, string>> = {
  malformed_event:
    "The upstream's stream held an event that could not be read. It was passed on as it came, and the stream went on.",
};

/** A warning of a row in words; one that this page does not know is its own name. */
export function warningInWords(warning: string): string {
  return Object.hasOwn(sentences, warning) ? (sentences[warning] ?? warning) : warning;
}
