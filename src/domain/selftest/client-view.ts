// An answer as a client reads it: the text it would show, and whether it would say that something failed.
import { isRecord, type JsonRecord, parseJson } from "../bytes/json.ts";

/** What a client has in its hands when an answer is over. */
export interface SeenAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The connection was closed before the answer's end. */
  readonly isCut: boolean;
  /** ms from the request to the end of the answer. */
  readonly tookMs: number;
}

interface ReadAnswer {
  readonly text: string;
  /** An error where the client looks for one. */
  readonly hasError: boolean;
  /** Some of it is not what the content type promises. */
  readonly isOdd: boolean;
}

/** Reads answers of Chat Completions, Completions, Responses, Messages and Ollama, whole or streamed. */
export function readAnswer({ contentType, body }: SeenAnswer): ReadAnswer {
  const values = partsOf(contentType, body).map(parseJson);
  const records = values.filter(isRecord);
  return {
    text: records.map(textOf).join(""),
    hasError: records.some(isError),
    isOdd: records.length < values.length || records.length === 0,
  };
}

function partsOf(contentType: string, body: string): readonly string[] {
  if (contentType.startsWith("text/event-stream"))
    return body
      .split("\n")
      .filter((line) => line.startsWith("data:"))
      .map((line) => line.slice(5).trim())
      .filter((data) => data !== "[DONE]");
  if (contentType.startsWith("application/x-ndjson"))
    return body.split("\n").filter((line) => line !== "");
  return [body];
}

function isError(value: JsonRecord): boolean {
  const { error, type } = value;
  return (error ?? null) !== null || type === "error" || type === "response.failed";
}

function textOf(value: JsonRecord): string {
  const { type, choices, delta, content, output, message, response } = value;
  if (type === "content_block_delta") return member(delta, "text");
  if (type === "response.output_text.delta") return typeof delta === "string" ? delta : "";
  if (Array.isArray(choices)) return choices.map(choiceText).join("");
  if (Array.isArray(content)) return blocksText(content);
  if (Array.isArray(output))
    return output.map((item) => (isRecord(item) ? blocksText(item["content"]) : "")).join("");
  return typeof response === "string" ? response : member(message, "content");
}

function choiceText(choice: unknown): string {
  if (!isRecord(choice)) return "";
  const { delta, message, text } = choice;
  return (
    member(delta, "content") + member(message, "content") + (typeof text === "string" ? text : "")
  );
}

const blocksText = (blocks: unknown): string =>
  Array.isArray(blocks) ? blocks.map((block) => member(block, "text")).join("") : "";

function member(value: unknown, key: string): string {
  const found = isRecord(value) ? value[key] : null;
  return typeof found === "string" ? found : "";
}
