// A chat's stream, held to what clients rely on, and put together as they do it.
import type { JsonRecord } from "../../src/domain/bytes/json.ts";

export interface ChatStream {
  /** The message that the chunks add up to, as a whole answer holds it. */
  readonly message: JsonRecord;
  readonly finish: string | null;
  readonly usage: JsonRecord | null;
  readonly error: JsonRecord | null;
  readonly done: boolean;
  readonly chunks: readonly JsonRecord[];
}

interface Call {
  readonly index: number;
  readonly id: string;
  type: string;
  function?: { name: string; arguments: string };
  custom?: JsonRecord;
}

/** @throws where it is no proper stream */
export function readChatStream(text: string): ChatStream {
  const payloads = text
    .split("\n\n")
    .slice(0, -1)
    .map((event) => {
      if (!event.startsWith("data: ") || event.includes("\n"))
        throw new Error(`not one line: ${event}`);
      return event.slice("data: ".length);
    });
  if (!text.endsWith("\n\n") && text !== "") throw new Error("the last event is cut");
  const done = payloads.at(-1) === "[DONE]";
  const chunks = (done ? payloads.slice(0, -1) : payloads).map(
    (payload) => JSON.parse(payload) as JsonRecord,
  );
  const heads = new Set<string>();
  const texts: Record<string, string> = {};
  const annotations: unknown[] = [];
  const calls: Call[] = [];
  let legacy = null as { name: string; arguments: string } | null;
  let finish: string | null = null;
  let usage: JsonRecord | null = null;
  let error: JsonRecord | null = null;
  for (const [at, chunk] of chunks.entries()) {
    if (error !== null) throw new Error("something follows an error");
    if (chunk["error"] !== undefined) {
      error = chunk["error"] as JsonRecord;
      continue;
    }
    const { id, object, created, model, choices } = chunk;
    heads.add(JSON.stringify({ id, object, created, model }));
    const [choice] = choices as readonly JsonRecord[];
    if (choice === undefined) {
      usage = chunk["usage"] as JsonRecord;
      continue;
    }
    if (finish !== null) throw new Error("a choice follows its finish");
    const delta = choice["delta"] as JsonRecord;
    if ((at === 0) !== (delta["role"] === "assistant"))
      throw new Error("the role comes first, once");
    for (const key of ["content", "refusal", "reasoning_content"])
      if (typeof delta[key] === "string") texts[key] = (texts[key] ?? "") + delta[key];
    annotations.push(...((delta["annotations"] ?? []) as readonly unknown[]));
    for (const piece of (delta["tool_calls"] ?? []) as readonly JsonRecord[]) addCall(calls, piece);
    const called = delta["function_call"] as { name?: string; arguments: string } | undefined;
    if (called !== undefined)
      legacy = {
        name: (legacy?.name ?? "") + (called.name ?? ""),
        arguments: (legacy?.arguments ?? "") + called.arguments,
      };
    finish = (choice["finish_reason"] as string | null) ?? finish;
  }
  if (heads.size > 1) throw new Error("chunks are of one answer");
  if (done !== (finish !== null && error === null))
    throw new Error("[DONE] and finish go together");
  const { content = "", refusal = null, reasoning_content: reasoning } = texts;
  const message = {
    role: "assistant",
    content:
      content === "" && (calls.length > 0 || legacy !== null || refusal !== null) ? null : content,
    refusal,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(calls.length === 0
      ? {}
      : { tool_calls: calls.map((call) => ({ ...call, index: undefined })) }),
    ...(legacy === null ? {} : { function_call: legacy }),
  };
  return { message, finish, usage, error, done, chunks };
}

function addCall(calls: Call[], piece: JsonRecord): void {
  const index = piece["index"] as number;
  const detail = piece["function"] as { name?: string; arguments: string } | undefined;
  const known = calls[index];
  if (known === undefined) {
    if (index !== calls.length) throw new Error("calls are counted one by one");
    if (typeof piece["id"] !== "string") throw new Error("a call begins with its id");
    if (piece["type"] === "function" && (detail?.name ?? "") === "")
      throw new Error("a call begins with its name");
    calls.push(structuredClone(piece) as unknown as Call);
    return;
  }
  if (piece["id"] !== undefined || detail?.name !== undefined)
    throw new Error("id and name come once");
  if (known.function === undefined || detail === undefined)
    throw new Error("custom calls come whole");
  known.function.arguments += detail.arguments;
}
