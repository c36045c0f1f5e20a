// Streams taken apart for assertions; for what a right server sends, not for every cut and dialect.

/** Whatever was sent: assertions say what it should be. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

export interface SseEvent {
  /** The event field; null where there is none. */
  readonly event: string | null;
  /** The data lines, joined by line feeds. */
  readonly data: string;
}

/** The events of a server-sent event stream; comments and an unfinished last event are left out. */
export function sseEvents(text: string): readonly SseEvent[] {
  const blocks = text.split(/\r\n\r\n|\n\n|\r\r/).slice(0, -1);
  return blocks.flatMap((block) => {
    const lines = block.split(/\r\n|\n|\r/);
    const values = (field: string): string[] =>
      lines
        .filter((line) => line.startsWith(`${field}:`))
        .map((line) => line.slice(field.length + 1).replace(/^ /, ""));
    const data = values("data");
    return data.length === 0 ? [] : [{ event: values("event")[0] ?? null, data: data.join("\n") }];
  });
}

/** The comment lines of a server-sent event stream, without their colon and space. */
export function sseComments(text: string): readonly string[] {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith(":"))
    .map((line) => line.slice(1).trim());
}

/** The JSON values of a server-sent event stream, `[DONE]` left out. */
export function sseValues(text: string): readonly Json[] {
  return sseEvents(text)
    .filter(({ data }) => data !== "[DONE]")
    .map(({ data }) => JSON.parse(data));
}

/** The values of newline-delimited JSON; an unfinished last line is left out. */
export function ndjsonValues(text: string): readonly Json[] {
  return text
    .split("\n")
    .slice(0, -1)
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
