// What an answer says of itself, read from its raw bytes after the call: usage and finish reason.
import type { Endpoint } from "../call/endpoint.ts";
import { visitDocuments, parseRecord } from "./answer-documents.ts";
import { createFinishReader } from "./answer-finish.ts";
import { createUsageReader, noUsage, type ReportedUsage } from "./answer-usage.ts";
import { isRecord, type JsonRecord } from "../bytes/json.ts";
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
  /** In chat's words; one that is not known stays as it came. */
  readonly finishReason: string | null;
  /** The counts that are not estimates. */
  readonly reported: ReportedUsage;
}

/** What reading an answer needs to know of its call. */
export interface AnsweredCall {
  readonly endpoint: Endpoint;
  /** As in the log: 499 where the client left, null where there was none. */
  readonly status: number | null;
  readonly request: Uint8Array;
  /** As received from the upstream, in any of the formats. */
  readonly response: Uint8Array;
  /** Bytes received, where the response was kept cut: what it would have said at its end is missing. */
  readonly cutFrom?: number | null;
}

const clientLeft = 499;

/** Reads an answer document by document. */
export interface AnswerReader {
  /** The next document of the answer; see `visitDocuments`. */
  add(document: JsonRecord): void;
  /** @param request the call's, parsed where it is needed; null where it is not a JSON object */
  reading(
    call: Pick<AnsweredCall, "endpoint" | "status"> & { readonly cut: Cut | null },
    request: () => JsonRecord | null,
  ): AnswerReading;
}

/** Of an answer that was kept cut; bytes. */
export interface Cut {
  readonly kept: number;
  readonly received: number;
}

export const nothingRead: AnswerReading = {
  promptTokens: null,
  completionTokens: null,
  totalTokens: null,
  tokensEstimated: false,
  cachedTokens: null,
  reasoningTokens: null,
  finishReason: null,
  reported: noUsage,
};

/**
 * Usage and finish reason of an answer. Counts come from the upstream's usage; what it does not
 * report, or reports as 0 beside a text, is estimated, unless the call failed without content.
 * Never throws, whatever the bytes.
 */
export function readAnswer(call: AnsweredCall): AnswerReading {
  const { endpoint, status, request, response, cutFrom = null } = call;
  if (!endpoint.countsTokens) return nothingRead;
  const reader = createAnswerReader();
  visitDocuments(response, (document) => {
    reader.add(document);
  });
  const cut = cutFrom === null ? null : { kept: response.length, received: cutFrom };
  return reader.reading({ endpoint, status, cut }, () =>
    parseRecord(new TextDecoder().decode(request)),
  );
}

/** As `readAnswer`, for an answer that is read for other ends as well. */
export function createAnswerReader(): AnswerReader {
  const usage = createUsageReader();
  const finish = createFinishReader();
  const seen: Seen = { characters: 0, documents: 0, failed: false };
  return {
    add(document) {
      usage.add(document);
      finish.add(document);
      seen.characters += answerLength(document);
      seen.documents++;
      seen.failed ||= isRecord(document["error"]);
    },
    reading({ endpoint, status, cut }, request) {
      if (!endpoint.countsTokens) return nothingRead;
      const { prompt, cached, ...later } = usage.usage();
      const reported = cut === null ? { prompt, cached, ...later } : { ...noUsage, prompt, cached };
      const all = cut === null ? seen : scaled(seen, cut);
      return readingOf(reported, finish.finish(), all, endpoint, status, request);
    },
  };
}

/** What the documents of an answer hold. */
interface Seen {
  /** Of text. */
  characters: number;
  documents: number;
  failed: boolean;
}

/** What the whole answer held, by what is left of it; of one document that is cut, nothing can be read. */
function scaled({ characters, documents, failed }: Seen, { kept, received }: Cut): Seen {
  if (kept === 0) return { characters, documents, failed };
  const all = documents === 0 ? received : (characters * received) / kept;
  return { characters: all, documents, failed };
}

function readingOf(
  reported: ReportedUsage,
  finishReason: string | null,
  seen: Readonly<Seen>,
  { kind }: Endpoint,
  status: number | null,
  request: () => JsonRecord | null,
): AnswerReading {
  const estimate = answered(status, seen);
  const promptTokens = reported.prompt ?? (estimate ? estimatedPrompt(request()) : null);
  // An embedding has no text of its own.
  const completes = estimate && kind !== "embeddings" && kind !== "embed";
  const completionTokens =
    reported.completion ?? (completes ? estimatedTokens(seen.characters) : null);
  const counted = promptTokens !== null || completionTokens !== null;
  const sum = counted ? (promptTokens ?? 0) + (completionTokens ?? 0) : null;
  const tokensEstimated =
    promptTokens !== reported.prompt || completionTokens !== reported.completion;
  return {
    promptTokens,
    completionTokens,
    // One that leaves a part out is not the total.
    totalTokens: tokensEstimated ? sum : (reported.total ?? sum),
    tokensEstimated,
    cachedTokens: reported.cached,
    reasoningTokens: reported.reasoning,
    finishReason,
    reported,
  };
}

/** Whether a model did something for this call, so that tokens were used. */
function answered(status: number | null, seen: Readonly<Seen>): boolean {
  if (status === null || (status >= 400 && status !== clientLeft)) return false;
  if (seen.characters > 0) return true;
  return status !== clientLeft && seen.documents > 0 && !seen.failed;
}

function estimatedPrompt(request: JsonRecord | null): number | null {
  return request === null ? null : estimatedTokens(promptLength(request));
}
