// Whole OpenAI answers as Ollama's.
import { isRecord } from "../json.ts";
import type { JsonRecord } from "../json.ts";
import { readLogprobs } from "./answer-logprobs.ts";
import { nothingSaid, saidFields, timestamp, unreadableText } from "./answer-shape.ts";
import { decodeVector } from "./base64.ts";
import { doneReason, readFirstChoice } from "./choice-reading.ts";
import { createMetrics, type Timings } from "./durations.ts";
import type { OllamaKind } from "./ollama-path.ts";
import type { IdleReason } from "./request-to-openai.ts";
import { createToolCallAssembler } from "./tool-call-assembler.ts";

export interface AnswerContext {
  /** The model that answered, as the client shall read it. */
  readonly model: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly timings: Timings;
}

/** Translates a whole answer; fields that Ollama does not know are left out. */
export function answerToOllama(
  kind: OllamaKind,
  answer: JsonRecord,
  context: AnswerContext,
): JsonRecord {
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
): JsonRecord {
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
  answer: JsonRecord,
  context: AnswerContext,
): JsonRecord {
  const metrics = createMetrics();
  metrics.read(answer);
  const read = readFirstChoice(answer);
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
      calls: assembled.calls,
      logprobs: read === null ? [] : readLogprobs(read.choice),
    }),
    done: true,
    done_reason: doneReason(read?.finishReason ?? null),
    ...metrics.statistics(context.timings),
  };
}

/** In the order of the inputs, whatever order they came in. */
function vectors(answer: JsonRecord): readonly (readonly unknown[])[] {
  const { data } = answer;
  if (!Array.isArray(data)) return [];
  return (data as readonly unknown[])
    .filter(isRecord)
    .map((row, place) => ({
      place: typeof row["index"] === "number" ? row["index"] : place,
      vector: vector(row["embedding"]),
    }))
    .toSorted((a, b) => a.place - b.place)
    .map((row) => row.vector);
}

function vector(embedding: unknown): readonly unknown[] {
  if (Array.isArray(embedding)) return embedding;
  return typeof embedding === "string" ? (decodeVector(embedding) ?? []) : [];
}
