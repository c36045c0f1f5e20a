// Answers as streams of events, sent through a cleaner and put together again as a client does.
import type { CleanPolicy } from "../../../src/domain/cleaning/clean-text.ts";
import { createStreamCleaner } from "../../../src/domain/cleaning/stream-cleaner.ts";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { protocols } from "../../../src/domain/protocols/protocol.ts";
import type { Splitter } from "../../../src/domain/bytes/frame.ts";
import { createNdjsonSplitter } from "../../../src/domain/bytes/ndjson.ts";
import { createSseSplitter } from "../../../src/domain/bytes/sse.ts";
import { isRecord, type JsonRecord, parseJson } from "../../../src/domain/bytes/json.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytes = (text: string): Uint8Array => encoder.encode(text);
export const decoded = (value: Uint8Array): string => decoder.decode(value);
export const sseStream = (...events: readonly unknown[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
export const ndjsonStream = (...lines: readonly unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");

const splitterOf = (protocol: ProtocolName): Splitter =>
  protocol === "ollama" ? createNdjsonSplitter() : createSseSplitter();

/** What leaves the cleaner, event by event: one list for each event that went in, and one for the end. */
export function cleanedEvents(
  protocol: ProtocolName,
  policy: CleanPolicy,
  stream: string,
): string[][] {
  const cleaner = createStreamCleaner(protocols[protocol].slots, policy)!;
  const splitter = splitterOf(protocol);
  const out = splitter.push(bytes(stream)).map((frame) => {
    const json = frame.data === null ? null : parseJson(frame.data);
    return cleaner.frame(frame, isRecord(json) ? json : null).map(decoded);
  });
  return [...out, cleaner.end().map(decoded)];
}

export const cleanedStream = (
  protocol: ProtocolName,
  policy: CleanPolicy,
  stream: string,
): string => cleanedEvents(protocol, policy, stream).flat().join("");

export interface ClientAnswer {
  content: string;
  reasoning: string;
  tools: string;
  role: string;
  finish: unknown;
}

const fresh = (): ClientAnswer => ({
  content: "",
  reasoning: "",
  tools: "",
  role: "",
  finish: null,
});

export interface Reassembled {
  readonly choices: readonly ClientAnswer[];
  readonly usage: unknown;
  readonly done: boolean;
}

/** The answer that a client of the stream ends up with. */
export function reassembled(protocol: ProtocolName, stream: string): Reassembled {
  const choices: ClientAnswer[] = [];
  let usage: unknown = null;
  let done = false;
  for (const { data } of splitterOf(protocol).push(bytes(stream))) {
    if (data === "[DONE]") done = true;
    const event = data === null ? undefined : parseJson(data);
    if (!isRecord(event)) continue;
    if (protocol === "ollama") {
      addLine((choices[0] ??= fresh()), event);
      if (event["done"] === true) {
        usage = event["eval_count"];
        done = true;
      }
      continue;
    }
    usage = event["usage"] ?? usage;
    for (const choice of event["choices"] as JsonRecord[])
      addChoice((choices[choice["index"] as number] ??= fresh()), choice);
  }
  return { choices, usage, done };
}

const stringOf = (value: unknown): string => (typeof value === "string" ? value : "");

function addLine(answer: ClientAnswer, line: JsonRecord): void {
  const message = isRecord(line["message"]) ? line["message"] : line;
  answer.content += stringOf(message["content"] ?? message["response"]);
  answer.reasoning += stringOf(message["thinking"]);
  answer.role = stringOf(message["role"]) || answer.role;
  if (message["tool_calls"] !== undefined) answer.tools += JSON.stringify(message["tool_calls"]);
  answer.finish = line["done_reason"] ?? answer.finish;
}

function addChoice(answer: ClientAnswer, choice: JsonRecord): void {
  const delta = isRecord(choice["delta"]) ? choice["delta"] : choice;
  answer.content += stringOf(delta["content"] ?? delta["text"]);
  answer.reasoning += stringOf(delta["reasoning_content"]);
  answer.role = stringOf(delta["role"]) || answer.role;
  for (const call of (delta["tool_calls"] ?? []) as JsonRecord[])
    answer.tools += (call["function"] as { arguments: string }).arguments;
  answer.finish = choice["finish_reason"] ?? answer.finish;
}
