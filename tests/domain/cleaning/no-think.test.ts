import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import { withNoThink } from "../../../src/domain/cleaning/no-think.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { hintPlace } from "../../../src/domain/protocols/protocol.ts";
import { bytes, decoded } from "./streams.ts";

const hinted = (path: string, body: Uint8Array) =>
  withNoThink(body, hintPlace(endpointOf("POST", path), JSON.parse(decoded(body)) as JsonRecord));

const chat = "/v1/chat/completions";

describe("the hint goes behind the last user message's text, or behind the prompt", () => {
  test.each([
    [
      "chat",
      chat,
      '{ "n": 1.0, "messages":[{"role":"user","content":"Hi"}]}',
      '{ "n": 1.0, "messages":[{"role":"user","content":"Hi /no_think"}]}',
    ],
    [
      "the last user message, not the last message",
      chat,
      '{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":"c"}]}',
      '{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b /no_think"},{"role":"assistant","content":"c"}]}',
    ],
    [
      "the last text among parts",
      chat,
      '{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"},{"type":"image_url","image_url":{"url":"x"}}]}]}',
      '{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b /no_think"},{"type":"image_url","image_url":{"url":"x"}}]}]}',
    ],
    [
      "escapes stay as written",
      chat,
      '{"messages":[{"content":"\\u00e9\\\\","role":"user"}]}',
      '{"messages":[{"content":"\\u00e9\\\\ /no_think","role":"user"}]}',
    ],
    [
      "a hint elsewhere in the text is none",
      chat,
      '{"messages":[{"role":"user","content":"/no_think a"}]}',
      '{"messages":[{"role":"user","content":"/no_think a /no_think"}]}',
    ],
    [
      "a prompt",
      "/v1/completions",
      '{"prompt":"a","suffix":"b"}',
      '{"prompt":"a /no_think","suffix":"b"}',
    ],
    [
      "the last of several prompts",
      "/v1/completions",
      '{"prompt":["a","b"]}',
      '{"prompt":["a","b /no_think"]}',
    ],
    [
      "Ollama's chat",
      "/api/chat",
      '{"messages":[{"role":"user","content":"a","images":["x"]}]}',
      '{"messages":[{"role":"user","content":"a /no_think","images":["x"]}]}',
    ],
    [
      "Ollama's generate",
      "/api/generate",
      '{"model":"m","prompt":"a"}',
      '{"model":"m","prompt":"a /no_think"}',
    ],
  ] as const)("%s", (_name, path, before, after) => {
    expect(decoded(hinted(path, bytes(before)))).toBe(after);
  });
});

describe("a request without such a text keeps its very bytes", () => {
  test.each([
    ["it ends with the hint", chat, '{"messages":[{"role":"user","content":"a /no_think\\n"}]}'],
    ["no user message", chat, '{"messages":[{"role":"system","content":"a"}]}'],
    [
      "a picture alone",
      chat,
      '{"messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"image_url"}]}]}',
    ],
    ["an empty prompt, which loads Ollama's model", "/api/generate", '{"model":"m","prompt":""}'],
    ["a prompt of token numbers", "/v1/completions", '{"prompt":[1,2]}'],
    ["no prompt", "/api/generate", '{"model":"m"}'],
    ["messages that are none", chat, '{"messages":[null,"a"]}'],
    ["another path", "/v1/embeddings", '{"prompt":"a","messages":[{"role":"user","content":"a"}]}'],
  ] as const)("%s", (_name, path, request) => {
    const body = bytes(request);
    expect(hinted(path, body)).toBe(body);
  });
});
