// Embeddings of the /v1 API, read into neutral events; they come whole.
import { decodeVector } from "../../bytes/base64.ts";
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type Written } from "../../bytes/json-written.ts";
import type { AnswerEvent, AnswerEventReader } from "../neutral/answer.ts";
import { usageEvent } from "./usage-event.ts";

export const embeddingsReader: AnswerEventReader = {
  event: () => null,
  whole(answer) {
    if (!Array.isArray(answer.record["data"])) return null;
    return [usageEvent(answer), ...vectors(answer)];
  },
};

/** In the order of the inputs, whatever order they came in. */
function vectors(answer: JsonSource): readonly AnswerEvent[] {
  return answer
    .member("data")
    .items()
    .flatMap((row, place) => {
      if (!isRecord(row.value)) return [];
      const { index } = row.value;
      return [{ place: typeof index === "number" ? index : place, vector: vector(row) }];
    })
    .toSorted((a, b) => a.place - b.place)
    .map((row) => ({ kind: "vector", vector: row.vector }));
}

function vector(row: JsonSource): Written {
  const embedding = row.member("embedding");
  const { value } = embedding;
  if (Array.isArray(value)) return embedding.raw();
  return typeof value === "string" ? (decodeVector(value) ?? []).map(ownNumber) : [];
}
