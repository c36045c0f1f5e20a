// A whole answer as the events of a stream that has already begun.
import { isRecord, parseJsonBytes } from "../json.ts";
import type { WireFormat } from "./wire-format.ts";

const text = new TextEncoder();

export function wholeAsEvents(format: WireFormat, answer: Uint8Array): Uint8Array {
  const whole = parseJsonBytes(answer);
  if (format !== "chat" || !isRecord(whole) || !Array.isArray(whole["choices"]))
    return text.encode(`data: ${new TextDecoder().decode(answer).trim()}\n\n`);
  const choices = (whole["choices"] as unknown[]).map((choice) => {
    if (!isRecord(choice) || choice["message"] === undefined) return choice;
    const { message, ...others } = choice;
    return { ...others, delta: message };
  });
  const isChat = whole["object"] === "chat.completion";
  const chunk = { ...whole, ...(isChat ? { object: "chat.completion.chunk" } : {}), choices };
  return text.encode(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
}
