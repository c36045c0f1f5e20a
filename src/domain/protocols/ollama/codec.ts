// Ollama's side of a translation: its clients' calls to chat, generate and embed.
import { parseJsonBytes } from "../../bytes/json.ts";
import type { ClientCall, ClientCodec } from "../neutral/codec.ts";
import { createLinesWriter, wholeAnswer } from "./answer-writer.ts";
import { errorWords } from "./error-words.ts";
import { gatherLines } from "./gather-lines.ts";
import { ollamaKind, type OllamaKind } from "./endpoints.ts";
import { readOllamaRequest } from "./request-reader.ts";

export const ollamaClientCodec: ClientCodec = {
  keepsSeals: false,
  wire: { framing: "ndjson", protocol: "ollama" },
  contentType: "application/x-ndjson",
  headers: [],
  call(endpoint) {
    const kind = ollamaKind(endpoint);
    return kind === null ? null : calls[kind];
  },
  gather: gatherLines,
  error: (status, body) => ({ error: errorWords(status, parseJsonBytes(body) ?? textOf(body)) }),
};

const calls: Record<OllamaKind, ClientCall> = {
  chat: { ...callOf("chat"), writer: (context) => createLinesWriter("chat", context) },
  generate: { ...callOf("generate"), writer: (context) => createLinesWriter("generate", context) },
  embed: callOf("embed"),
  embeddings: callOf("embeddings"),
};

function callOf(kind: OllamaKind): ClientCall {
  return {
    readRequest: (request) => readOllamaRequest(kind, request),
    writer: null,
    writeWhole: (said, context, now) => wholeAnswer(kind, said, context, now),
  };
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
