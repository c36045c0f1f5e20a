// Answers of a server that knows some of the client's tools by other names.
import type { AnswerEvent, AnswerEventReader } from "./answer.ts";

/** @param renamed the client's names, by those that the server knows; absent: they are the same */
export function withOwnNames(
  reader: AnswerEventReader,
  renamed: ReadonlyMap<string, string> | undefined,
): AnswerEventReader {
  if (renamed === undefined) return reader;

  function named(event: AnswerEvent): AnswerEvent {
    if (event.kind !== "calls") return event;
    const pieces = event.pieces.map((piece) => ({
      ...piece,
      name: renamed?.get(piece.name) ?? piece.name,
    }));
    return { kind: "calls", pieces };
  }

  return {
    event: (frame, json) => reader.event(frame, json)?.map(named) ?? null,
    whole: (answer) => reader.whole(answer)?.map(named) ?? null,
  };
}
