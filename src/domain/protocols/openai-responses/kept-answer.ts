// An answer of Responses with all that a later request may refer to by its id, read from the bytes of its call.
import { sseJson } from "../../bytes/event-json.ts";
import { hashText } from "../../bytes/hash-text.ts";
import { isRecord, parseJson, parseJsonBytes } from "../../bytes/json.ts";
import { bodySource, type JsonSource, jsonSource } from "../../bytes/json-source.ts";
import { inOrder, jsonText, RawJson } from "../../bytes/json-written.ts";
import { createSseSplitter } from "../../bytes/sse.ts";

/** An item of a conversation, as its author wrote it. */
export interface KeptItem {
  /** Its own, or, where its author gave it none, one that follows from its text. */
  readonly id: string;
  readonly text: string;
}

export interface KeptAnswer {
  readonly id: string;
  /** The response object, with an empty list in place of its output. */
  readonly head: string;
  /** All that was said before, not only what the request added. */
  readonly input: readonly KeptItem[];
  readonly output: readonly KeptItem[];
  /** The answer says that its server keeps it, too. */
  readonly isStored: boolean;
}

/**
 * @param request whole: it refers to nothing
 * @param response as the client got it, streamed or not
 * @returns null where it is not to be kept: the client does not want it, or it has not come to its end
 */
export function keptAnswer(request: JsonSource, response: Uint8Array): KeptAnswer | null {
  if (request.record["store"] === false) return null;
  const answer = finalResponse(response);
  if (answer === null) return null;
  const { id, status = "completed", output, store } = answer.record;
  const isOver = status === "completed" || status === "incomplete";
  if (typeof id !== "string" || !isOver || !Array.isArray(output)) return null;
  return {
    id,
    head: withOutput(answer, []),
    input: inputItems(request.member("input")).map(keptItem),
    output: answer
      .member("output")
      .items()
      .map((item) => keptItem(item.raw().text)),
    isStored: store === true,
  };
}

/** The items of a request's input as their texts; a bare text is a message of the user's. */
export function inputItems(input: JsonSource): readonly string[] {
  const { value } = input;
  if (typeof value !== "string") return input.items().map((item) => item.raw().text);
  const content = [{ type: "input_text", text: value }];
  return [jsonText({ type: "message", role: "user", content })];
}

function keptItem(text: string): KeptItem {
  const item = parseJson(text);
  const own = isRecord(item) ? item["id"] : null;
  return {
    id: typeof own === "string" ? own : `item_${hashText(text)}${hashText(`item ${text}`)}`,
    text,
  };
}

/** The response object as it stood at the end; null: it has not come so far. */
function finalResponse(bytes: Uint8Array): JsonSource | null {
  const first = bytes.find((byte) => byte > 0x20);
  if (first === openBrace) return bodySource(bytes, parseJsonBytes(bytes));
  const splitter = createSseSplitter();
  const frames = [...splitter.push(bytes)];
  const rest = splitter.end();
  if (rest !== null) frames.push(rest);
  for (const frame of frames.toReversed()) {
    if (frame.data === null || !lastEvents.test(frame.data)) continue;
    const json = parseJson(frame.data);
    if (!isRecord(json) || !lastTypes.has(json["type"])) continue;
    return jsonSource(json, () => sseJson(frame)).member("response");
  }
  return null;
}

const openBrace = 0x7b;
const lastEvents = /"response\.(completed|incomplete)"/;
const lastTypes: ReadonlySet<unknown> = new Set(["response.completed", "response.incomplete"]);

/** The id of a response, by the first bytes of its answer; null: it does not show there. */
export function answerIdIn(bytes: Uint8Array): string | null {
  const [, id] = firstId.exec(decoder.decode(bytes.subarray(0, headBytes))) ?? [];
  return id ?? null;
}

const headBytes = 2_048;
const firstId = /"id"\s*:\s*"([^"\\]+)"/;
const decoder = new TextDecoder();

/** The whole response object again. @param output the items' texts */
export function responseText(head: string, output: readonly string[]): string {
  return withOutput(bodySource(encoder.encode(head), parseJson(head)), output);
}

function withOutput(answer: JsonSource, items: readonly string[]): string {
  const output = new RawJson(`[${items.join(",")}]`);
  const members = answer
    .keys()
    .map((key) => [key, key === "output" ? output : answer.member(key).raw()] as const);
  return jsonText(inOrder(members));
}

const encoder = new TextEncoder();
