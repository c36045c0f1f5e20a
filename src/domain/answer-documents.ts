// An answer's bytes as the JSON objects in it: one for plain JSON, one per event or line of a stream.

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object a text is, or null: for what is no JSON, or JSON of another kind. */
export function parseRecord(text: string): JsonRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * Every JSON object of an answer in the order received, whatever form it came in (plain JSON,
 * server-sent events, NDJSON). The form is told from the text, not from the request: servers
 * answer a streaming request with plain JSON, and a translated call with the other surface's
 * format. What cannot be read is passed over; never throws.
 */
export function answerDocuments(bytes: Uint8Array): readonly JsonRecord[] {
  const text = new TextDecoder().decode(bytes);
  const whole = parseRecord(text);
  if (whole !== null) return [whole];

  const documents: JsonRecord[] = [];
  const add = (candidate: string): boolean => {
    const parsed = parseRecord(candidate);
    if (parsed !== null) documents.push(parsed);
    return parsed !== null;
  };
  let event: string[] = [];
  const closeEvent = (): void => {
    // Some servers leave out the blank line between events, so lines also count one by one.
    if (event.length > 1 && add(event.join("\n"))) event = [];
    event.forEach(add);
    event = [];
  };
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === "") closeEvent();
    else if (line.startsWith("data:")) event.push(line.slice("data:".length));
    else if (line.startsWith("{")) add(line);
  }
  closeEvent();
  return documents;
}
