// Ollama's lines as bytes. Nearly all hold a text and nothing else; these are put together from
// pieces of text, which costs a third of writing an object member by member.
import { jsonLine, type WrittenObject } from "../../bytes/json-written.ts";
import type { WrittenEvent } from "../neutral/answer.ts";
import { nothingSaid, saidFields, type SaidPiece, timestamp } from "./answer-shape.ts";

export interface LineWriter {
  /** @param now epoch ms */
  said(said: SaidPiece, now: number): WrittenEvent;
  /** The last one, with `done: true`. @param now epoch ms */
  last(fields: WrittenObject, now: number): WrittenEvent;
  error(message: string): WrittenEvent;
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
      const json = { model, created_at, ...saidFields(kind, said), done: false };
      const { images, calls, logprobs } = said;
      if (images.length > 0 || calls.length > 0 || logprobs.length > 0) return written(json);
      const head = `{"model":${modelText},"created_at":"${created_at}",`;
      const thinking = said.thinking === "" ? "" : `,"thinking":${jsonLine(said.thinking)}`;
      const text = jsonLine(said.content) + thinking;
      const body =
        kind === "chat" ? `"message":{"role":"assistant","content":${text}}` : `"response":${text}`;
      return asLine(`${head}${body},"done":false}`, json);
    },
    last: (fields, now) =>
      written({ model, created_at: stampOf(now), ...saidFields(kind, nothingSaid), ...fields }),
    error: (message) => written({ error: message }),
  };
}

function written(json: WrittenObject): WrittenEvent {
  return asLine(jsonLine(json), json);
}

const encoder = new TextEncoder();

function asLine(data: string, json: WrittenObject): WrittenEvent {
  return { frame: { bytes: encoder.encode(`${data}\n`), event: null, data }, json };
}
