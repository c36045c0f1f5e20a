// What an answer says of itself, read from its raw bytes after the call: usage and finish reason.
import { visitDocuments, parseRecord } from "./answer-documents.ts";
import { isRecord, type JsonRecord } from "./json.ts";
import { answerLength, estimatedTokens, promptLength } from "./text-length.ts";

export interface AnswerReading {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  /** The upstream gave no usage, or not all of it; at least one count is an estimate. */
  readonly tokensEstimated: boolean;
  /** Of the prompt, what was read from a cache. */
  readonly cachedTokens: number | null;
  /** Of the completion, what was thinking. */
  readonly reasoningTokens: number | null;
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

/** Reads an answer document by document. */
export interface AnswerReader {
  /** The next document of the answer; see `visitDocuments`. */
  add(document: JsonRecord): void;
  /** @param request the call's, parsed where it is needed; null where it is no JSON object */
  reading(
    call: Pick<AnsweredCall, "path" | "status">,
    request: () => JsonRecord | null,
  ): AnswerReading;
}

export const nothingRead: AnswerReading = {
  promptTokens: null,
  completionTokens: null,
  totalTokens: null,
  tokensEstimated: false,
  cachedTokens: null,
  reasoningTokens: null,
  finishReason: null,
};

/**
 * Usage and finish reason of an answer. Counts come from the upstream's usage, the last value
 * reported of each; what it does not report is estimated, unless the call failed without content.
 * Never throws, whatever the bytes.
 */
export function readAnswer({ path, status, request, response }: AnsweredCall): AnswerReading {
  if (!countedPath.test(path)) return nothingRead;
  const reader = createAnswerReader();
  visitDocuments(response, (document) => {
    reader.add(document);
  });
  return reader.reading({ path, status }, () => parseRecord(new TextDecoder().decode(request)));
}

/** As `readAnswer`, for an answer that is read for other ends as well. */
export function createAnswerReader(): AnswerReader {
  const told: Reported = {
    prompt: null,
    completion: null,
    total: null,
    finishReason: null,
    characters: 0,
    documents: 0,
    failed: false,
  };
  return {
    add(document) {
      const { prompt, completion, total } = usageOf(document);
      told.prompt = prompt ?? told.prompt;
      told.completion = completion ?? told.completion;
      told.total = total ?? told.total;
      told.finishReason = finishOf(document) ?? told.finishReason;
      told.characters += answerLength(document);
      told.documents++;
      told.failed ||= isRecord(document["error"]);
    },
    reading({ path, status }, request) {
      return countedPath.test(path) ? readingOf(told, path, status, request) : nothingRead;
    },
  };
}

function readingOf(
  told: Readonly<Reported>,
  path: string,
  status: number | null,
  request: () => JsonRecord | null,
): AnswerReading {
  const estimate = answered(status, told);
  const promptTokens = told.prompt ?? (estimate ? estimatedPrompt(request()) : null);
  // An embedding has no text of its own.
  const completes = estimate && !embeddingPath.test(path);
  const completionTokens = told.completion ?? (completes ? estimatedTokens(told.characters) : null);
  const counted = promptTokens !== null || completionTokens !== null;
  return {
    promptTokens,
    completionTokens,
    totalTokens: told.total ?? (counted ? (promptTokens ?? 0) + (completionTokens ?? 0) : null),
    tokensEstimated: promptTokens !== told.prompt || completionTokens !== told.completion,
    cachedTokens: null,
    reasoningTokens: null,
    finishReason: told.finishReason,
  };
}

interface Usage {
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly total: number | null;
}

/** What the documents of an answer say so far; the last word on each matter counts. */
interface Reported {
  prompt: number | null;
  completion: number | null;
  total: number | null;
  finishReason: string | null;
  /** Of text in the answer. */
  characters: number;
  documents: number;
  failed: boolean;
}

/** Whether a model did something for this call, so that tokens were used. */
function answered(status: number | null, told: Readonly<Reported>): boolean {
  if (status === null || (status >= 400 && status !== clientLeft)) return false;
  if (told.characters > 0) return true;
  return status !== clientLeft && told.documents > 0 && !told.failed;
}

function estimatedPrompt(request: JsonRecord | null): number | null {
  return request === null ? null : estimatedTokens(promptLength(request));
}

/**
 * Usage as one document reports it: at its top, or in the `response` of a Responses event or the
 * `message` of an Anthropic one; Ollama's counts stand at the top by names of their own.
 */
function usageOf(document: JsonRecord): Usage {
  const usage =
    usageIn(document) ?? usageIn(document["response"]) ?? usageIn(document["message"]) ?? {};
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

function usageIn(holder: unknown): JsonRecord | null {
  if (!isRecord(holder)) return null;
  const { usage } = holder;
  return isRecord(usage) ? usage : null;
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
  return (
    reason(document["done_reason"]) ??
    reason(document["stop_reason"]) ??
    (Array.isArray(choices) ? choiceFinish(choices) : null) ??
    (isRecord(delta) ? reason(delta["stop_reason"]) : null) ??
    responseStatus(document) ??
    responseStatus(response)
  );
}

function choiceFinish(choices: readonly unknown[]): string | null {
  for (const choice of choices) {
    const found = isRecord(choice) ? reason(choice["finish_reason"]) : null;
    if (found !== null) return found;
  }
  return null;
}

function responseStatus(object: unknown): string | null {
  return isRecord(object) && object["object"] === "response" ? reason(object["status"]) : null;
}

function reason(candidate: unknown): string | null {
  if (typeof candidate !== "string" || candidate === "") return null;
  return unfinished.has(candidate) ? null : candidate;
}
