// What an answer says of itself, read from its raw bytes after the call: usage and finish reason.
import { answerDocuments, isRecord, parseRecord } from "./answer-documents.ts";
import type { JsonRecord } from "./answer-documents.ts";
import { answerLength, estimatedTokens, promptLength } from "./text-length.ts";

export interface AnswerReading {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  /** The upstream gave no usage, or not all of it; at least one count is an estimate. */
  readonly tokensEstimated: boolean;
  readonly finishReason: string | null;
}

/** What reading an answer needs to know of its call. */
export interface AnsweredCall {
  /** With or without its query. */
  readonly path: string;
  /** As in the log: 499 where the client left, null where there was none. */
  readonly status: number | null;
  readonly request: Uint8Array;
  /** As received from the upstream, in any of the formats, perhaps cut. */
  readonly response: Uint8Array;
}

/** Paths on which models count tokens. */
const countedPath =
  /^(?:\/v1\/(?:chat\/completions|completions|embeddings|responses|messages)|\/api\/(?:chat|generate|embed|embeddings))\/?(?:\?|$)/;
const embeddingPath = /^\/(?:v1|api)\/embed/;

const clientLeft = 499;

/** The same, its bodies parsed already. */
export interface ParsedCall extends Pick<AnsweredCall, "path" | "status"> {
  /** null where the request is no JSON object. */
  readonly request: () => JsonRecord | null;
  /** See `answerDocuments`. */
  readonly documents: readonly JsonRecord[];
}

export const nothingRead: AnswerReading = {
  promptTokens: null,
  completionTokens: null,
  totalTokens: null,
  tokensEstimated: false,
  finishReason: null,
};

/**
 * Usage and finish reason of an answer. Counts come from the upstream's usage, the last value
 * reported of each; what it does not report is estimated, unless the call failed without content.
 * Never throws, whatever the bytes.
 */
export function readAnswer({ path, status, request, response }: AnsweredCall): AnswerReading {
  if (!countedPath.test(path)) return nothingRead;
  return readParsedAnswer({
    path,
    status,
    request: () => parseRecord(new TextDecoder().decode(request)),
    documents: answerDocuments(response),
  });
}

/** As `readAnswer`. */
export function readParsedAnswer(call: ParsedCall): AnswerReading {
  if (!countedPath.test(call.path)) return nothingRead;
  const { documents } = call;
  const told = reported(documents);
  const estimate = answered(call.status, documents, told.characters);

  const promptTokens = told.prompt ?? (estimate ? estimatedPrompt(call.request()) : null);
  // An embedding has no text of its own.
  const completes = estimate && !embeddingPath.test(call.path);
  const completionTokens = told.completion ?? (completes ? estimatedTokens(told.characters) : null);
  const counted = promptTokens !== null || completionTokens !== null;
  return {
    promptTokens,
    completionTokens,
    totalTokens: told.total ?? (counted ? (promptTokens ?? 0) + (completionTokens ?? 0) : null),
    tokensEstimated: promptTokens !== told.prompt || completionTokens !== told.completion,
    finishReason: told.finishReason,
  };
}

interface Usage {
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly total: number | null;
}

interface Reported extends Usage {
  readonly finishReason: string | null;
  /** Of text in the answer. */
  readonly characters: number;
}

/** What all documents of an answer say together; the last word on each matter counts. */
function reported(documents: readonly JsonRecord[]): Reported {
  let prompt: number | null = null;
  let completion: number | null = null;
  let total: number | null = null;
  let finishReason: string | null = null;
  let characters = 0;
  for (const document of documents) {
    const usage = usageOf(document);
    prompt = usage.prompt ?? prompt;
    completion = usage.completion ?? completion;
    total = usage.total ?? total;
    finishReason = finishOf(document) ?? finishReason;
    characters += answerLength(document);
  }
  return { prompt, completion, total, finishReason, characters };
}

/** Whether a model did something for this call, so that tokens were used. */
function answered(
  status: number | null,
  documents: readonly JsonRecord[],
  characters: number,
): boolean {
  if (status === null || (status >= 400 && status !== clientLeft)) return false;
  if (characters > 0) return true;
  const failed = documents.some((document) => isRecord(document["error"]));
  return status !== clientLeft && documents.length > 0 && !failed;
}

function estimatedPrompt(request: JsonRecord | null): number | null {
  return request === null ? null : estimatedTokens(promptLength(request));
}

/**
 * Usage as one document reports it: at its top, or in the `response` of a Responses event or the
 * `message` of an Anthropic one; Ollama's counts stand at the top by names of their own.
 */
function usageOf(document: JsonRecord): Usage {
  const { response, message } = document;
  const holder = [document, response, message]
    .filter(isRecord)
    .find((candidate) => isRecord(candidate["usage"]));
  const usage = isRecord(holder?.["usage"]) ? holder["usage"] : {};
  const input = count(usage["input_tokens"]);
  return {
    prompt:
      count(usage["prompt_tokens"]) ??
      withCache(input, usage) ??
      count(document["prompt_eval_count"]),
    completion:
      count(usage["completion_tokens"]) ??
      count(usage["output_tokens"]) ??
      count(document["eval_count"]),
    total: count(usage["total_tokens"]),
  };
}

/** Anthropic reports what was read from and written to its cache beside `input_tokens`, not within. */
function withCache(input: number | null, usage: JsonRecord): number | null {
  if (input === null) return null;
  const read = count(usage["cache_read_input_tokens"]) ?? 0;
  return input + read + (count(usage["cache_creation_input_tokens"]) ?? 0);
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** States of a Responses object that has not ended. */
const unfinished = new Set(["queued", "in_progress"]);

/** Why a model stopped, in the words of its own format; of the first choice that says so. */
function finishOf(document: JsonRecord): string | null {
  const { choices, delta, response } = document;
  const reasons: unknown[] = [document["done_reason"], document["stop_reason"]];
  if (Array.isArray(choices))
    for (const choice of choices as readonly unknown[])
      if (isRecord(choice)) reasons.push(choice["finish_reason"]);
  if (isRecord(delta)) reasons.push(delta["stop_reason"]);
  for (const object of [document, response])
    if (isRecord(object) && object["object"] === "response") reasons.push(object["status"]);
  const reason = reasons.find(
    (candidate) => typeof candidate === "string" && candidate !== "" && !unfinished.has(candidate),
  );
  return typeof reason === "string" ? reason : null;
}
