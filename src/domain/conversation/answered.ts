// What a model answered, put together from one document or from a stream's events.
import { isRecord } from "../bytes/json.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { messageTurn, responsesItem, turn } from "./asked.ts";
import { createDraft } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { createMessageDraft } from "./message-draft.ts";
import { fullName, itemParts } from "./response-items.ts";
import { asJson, listOf, textOrNull } from "./turn.ts";
import type { Turn } from "./turn.ts";

/** Puts an answer together document by document. */
export interface AnsweredReader {
  /** The next document of the answer; documents of several APIs do not come mixed. */
  add(document: JsonRecord): void;
  /** The answer's turns, one for each choice. */
  turns(): readonly Turn[];
  /** The error the answer holds, in its own words; null where it holds none. */
  error(): string | null;
}

/** @param most characters of a choice's pieces put together; the rest is left out */
export function createAnsweredReader(most = Number.POSITIVE_INFINITY): AnsweredReader {
  const drafts = new Map<number, Draft>();
  const draft = (index: unknown): Draft => {
    const key = typeof index === "number" ? index : 0;
    const known = drafts.get(key);
    if (known !== undefined) return known;
    const created = createDraft(most);
    drafts.set(key, created);
    return created;
  };
  const message = createMessageDraft(most);
  let whole: readonly Turn[] = [];
  /** Of a response that failed: it may lack what had begun. */
  let failed: readonly Turn[] = [];
  let error: string | null = null;
  return {
    add(document) {
      for (const choice of listOf(document["choices"]).filter(isRecord))
        readChoice(choice, draft(choice["index"]));
      readOllama(document, draft);
      message.add(document);
      readResponsesDelta(document, draft);
      const read = wholeAnswer(document);
      if (document["type"] === "response.failed") failed = read;
      else if (read.length > 0) whole = read;
      error ??= errorOf(document);
    },
    turns() {
      // A stream of the Responses API repeats at its end what its deltas brought.
      if (whole.length > 0) return whole;
      const blocks = message.finished();
      if (blocks !== null) return [blocks];
      const drafted = [...drafts.entries()]
        .toSorted(([a], [b]) => a - b)
        .map(([, answer]) => answer.finished())
        .filter(({ parts, finish }) => parts.length > 0 || finish !== null);
      return drafted.length > 0 ? drafted : failed;
    },
    error: () => error,
  };
}

/** A whole answer in one document: Responses, Anthropic's messages, embeddings. */
function wholeAnswer(document: JsonRecord): readonly Turn[] {
  const response = isRecord(document["response"]) ? document["response"] : document;
  const output = listOf(response["output"]).filter(isRecord);
  if (output.length > 0) {
    const parts = output.flatMap((item) => responsesItem(item).parts);
    return [{ ...turn("assistant", parts), finish: textOrNull(response["status"]) }];
  }
  if (document["type"] === "message" && Array.isArray(document["content"]))
    return [{ ...messageTurn(document), finish: textOrNull(document["stop_reason"]) }];
  return vectors(document);
}

function vectors(document: JsonRecord): readonly Turn[] {
  const { data, embedding, embeddings } = document;
  // Events have none of them, and there may be thousands.
  if (data === undefined && embedding === undefined && embeddings === undefined) return [];
  const rows = [
    ...listOf(data)
      .filter(isRecord)
      .map((row) => row["embedding"]),
    ...listOf(embeddings),
    ...(embedding === undefined ? [] : [embedding]),
  ].filter((row) => row !== undefined);
  const [first] = rows;
  if (first === undefined) return [];
  // As base64 they are 32-bit numbers.
  const dimensions =
    typeof first === "string" ? Math.floor((first.length * 3) / 16) : listOf(first).length;
  return [turn("assistant", [{ kind: "vectors", count: rows.length, dimensions }])];
}

function readChoice(choice: JsonRecord, draft: Draft): void {
  for (const holder of [choice["message"], choice["delta"]].filter(isRecord)) draft.message(holder);
  if (typeof choice["text"] === "string") draft.text(choice["text"]);
  draft.finish(choice["finish_reason"]);
}

function readOllama(document: JsonRecord, draft: (index: number) => Draft): void {
  if (typeof document["done"] !== "boolean") return;
  const answer = draft(0);
  if (isRecord(document["message"])) answer.message(document["message"]);
  if (typeof document["thinking"] === "string") answer.thinking(document["thinking"]);
  if (typeof document["response"] === "string") answer.text(document["response"]);
  answer.finish(document["done_reason"]);
}

function readResponsesDelta(document: JsonRecord, draft: (index: number) => Draft): void {
  const { type, delta, item, output_index: index } = document;
  if (isRecord(item)) readResponsesItem(document, item, draft);
  if (typeof delta !== "string") return;
  if (type === "response.output_text.delta") draft(0).text(delta);
  else if (type === "response.refusal.delta") draft(0).refusal(delta);
  else if (
    type === "response.function_call_arguments.delta" ||
    type === "response.custom_tool_call_input.delta"
  )
    draft(0).call(index, null, null, delta);
  else if (typeof type === "string" && type.startsWith("response.reasoning"))
    draft(0).thinking(delta);
}

const calls: ReadonlySet<string> = new Set(["function_call", "custom_tool_call"]);
/** What their deltas bring. */
const streamed: ReadonlySet<string> = new Set(["message", "reasoning", ...calls]);

function readResponsesItem(
  { type, output_index: index }: JsonRecord,
  item: JsonRecord,
  draft: (index: number) => Draft,
): void {
  const kind = textOrNull(item["type"]) ?? "message";
  if (type === "response.output_item.added" && calls.has(kind))
    draft(0).call(index, textOrNull(item["call_id"]), fullName(item), "");
  else if (type === "response.output_item.done" && !streamed.has(kind))
    for (const part of itemParts(kind, item)) draft(0).other(part);
}

function errorOf(document: JsonRecord): string | null {
  const holder = isRecord(document["response"]) ? document["response"] : document;
  const error = holder["error"] ?? document["error"];
  if (typeof error === "string") return error;
  if (isRecord(error)) return textOrNull(error["message"]) ?? asJson(error);
  if (document["type"] === "error") return textOrNull(document["message"]) ?? asJson(document);
  return null;
}
