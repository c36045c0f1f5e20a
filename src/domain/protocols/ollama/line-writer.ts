// Ollama's lines as bytes. Nearly all hold a text and nothing else; these are put together from
// pieces of text, which costs a third of writing an object member by member.
import { jsonLine, type WrittenObject } from "../../bytes/json-written.ts";
import { nothingSaid, saidFields, type SaidPiece, timestamp } from "./answer-shape.ts";

export interface LineWriter {
  /** @param now epoch ms */
  said(said: SaidPiece, now: number): Uint8Array;
  /** The last one, with `done: true`. @param now epoch ms */
  last(fields: WrittenObject, now: number): Uint8Array;
  error(message: string): Uint8Array;
}

/** @param model as the client shall read it */
export function createLineWriter(kind: "chat" | "generate", model: string): LineWriter {
  const modelText = jsonLine(model);
  let stampedAt = Number.NaN;
  let stamp = "";

  function stampOf(now: number): string {
    if (now !== stampedAt) {
      stampedAt = now;
      stamp = timestamp(now);
    }
    return stamp;
  }

  return {
    said(said, now) {
      const created_at = stampOf(now);
      const { images, calls, logprobs } = said;
      if (images.length > 0 || calls.length > 0 || logprobs.length > 0)
        return written({ model, created_at, ...saidFields(kind, said), done: false });
      const head = `{"model":${modelText},"created_at":"${created_at}",`;
      const thinking = said.thinking === "" ? "" : `,"thinking":${jsonLine(said.thinking)}`;
      const text = jsonLine(said.content) + thinking;
      const body =
        kind === "chat" ? `"message":{"role":"assistant","content":${text}}` : `"response":${text}`;
      return asLine(`${head}${body},"done":false}`);
    },
    last: (fields, now) =>
      written({ model, created_at: stampOf(now), ...saidFields(kind, nothingSaid), ...fields }),
    error: (message) => written({ error: message }),
  };
}

function written(json: WrittenObject): Uint8Array {
  return asLine(jsonLine(json));
}

const encoder = new TextEncoder();

function asLine(data: string): Uint8Array {
  return encoder.encode(`${data}\n`);
}
