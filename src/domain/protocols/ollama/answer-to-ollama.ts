// Whole OpenAI answers as Ollama's.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import { type Lose, reportLosses } from "./answer-losses.ts";
import { readLogprobs } from "./answer-logprobs.ts";
import { nothingSaid, saidFields, timestamp, unreadableText } from "./answer-shape.ts";
import { decodeVector } from "../../bytes/base64.ts";
import { doneReason, readFirstChoice } from "./choice-reading.ts";
import { createMetrics, type Timings } from "./durations.ts";
import type { OllamaKind } from "./endpoints.ts";
import type { IdleReason } from "./request-to-openai.ts";
import { createToolCallAssembler } from "./tool-call-assembler.ts";

export interface AnswerContext {
  /** The model that answered, as the client shall read it. */
  readonly model: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly timings: Timings;
  readonly lose: Lose;
}

/** Translates a whole answer; fields that Ollama does not know are left out. */
export function answerToOllama(
  kind: OllamaKind,
  answer: JsonSource,
  context: AnswerContext,
): WrittenObject {
  switch (kind) {
    case "chat":
    case "generate":
      return textAnswer(kind, answer, context);
    case "embed": {
      const metrics = createMetrics();
      metrics.read(answer);
      return {
        model: context.model,
        embeddings: vectors(answer),
        ...metrics.embedStatistics(context.timings),
      };
    }
    case "embeddings":
      return { embedding: vectors(answer)[0] ?? [] };
  }
}

/** The answer to a request that asks nothing (`TranslatedRequest`), as Ollama gives it.
 * @param createdAt epoch ms */
export function idleAnswer(
  kind: OllamaKind,
  reason: IdleReason,
  model: string,
  createdAt: number,
): WrittenObject {
  switch (kind) {
    case "chat":
    case "generate":
      return {
        model,
        created_at: timestamp(createdAt),
        ...saidFields(kind, nothingSaid),
        done: true,
        done_reason: reason,
      };
    case "embed":
      return { model, embeddings: [] };
    case "embeddings":
      return { embedding: [] };
  }
}

function textAnswer(
  kind: "chat" | "generate",
  answer: JsonSource,
  context: AnswerContext,
): WrittenObject {
  const metrics = createMetrics();
  metrics.read(answer);
  const read = readFirstChoice(answer);
  reportLosses(kind, answer, read, context.lose);
  const assembler = createToolCallAssembler();
  if (read !== null) assembler.addWhole(read.message);
  const assembled = assembler.take();
  const content = read?.content ?? "";
  return {
    model: context.model,
    created_at: timestamp(context.createdAt),
    ...saidFields(kind, {
      content: content + unreadableText(assembled, content !== ""),
      thinking: read?.thinking ?? "",
      images: read?.images.carried ?? [],
      calls: assembled.calls,
      logprobs: read === null ? [] : readLogprobs(read.choice),
    }),
    done: true,
    done_reason: doneReason(read?.finishReason ?? null),
    ...metrics.statistics(context.timings),
  };
}

/** In the order of the inputs, whatever order they came in. */
function vectors(answer: JsonSource): readonly Written[] {
  return answer
    .member("data")
    .items()
    .flatMap((row, place) => {
      if (!isRecord(row.value)) return [];
      const { index } = row.value;
      return [{ place: typeof index === "number" ? index : place, vector: vector(row) }];
    })
    .toSorted((a, b) => a.place - b.place)
    .map((row) => row.vector);
}

function vector(row: JsonSource): Written {
  const embedding = row.member("embedding");
  const { value } = embedding;
  if (Array.isArray(value)) return embedding.raw();
  return typeof value === "string" ? (decodeVector(value) ?? []).map(ownNumber) : [];
}
