import { describe, expect, test } from "bun:test";
import type { CleanPolicy } from "../../../src/domain/cleaning/clean-text.ts";
import { cleanWhole } from "../../../src/domain/cleaning/whole-cleaner.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { slotsOf } from "../../../src/domain/protocols/protocol.ts";
import { keepAll } from "./cutting.ts";
import { bytes, decoded } from "./streams.ts";

const strip: CleanPolicy = { ...keepAll, stripThinking: "strip" };
const move: CleanPolicy = { ...keepAll, stripThinking: "move" };
const both: CleanPolicy = { ...strip, stripJsonMarkdown: true };

const chat = "/v1/chat/completions";

describe("a plain answer changes only in its texts", () => {
  test.each([
    [
      "chat",
      chat,
      strip,
      '{ "id":1.0, "choices":[{"message":{"content":"<think>a</think>\\n\\nb","tool_calls":[{"a":"<think>"}]}}]}',
      '{ "id":1.0, "choices":[{"message":{"content":"b","tool_calls":[{"a":"<think>"}]}}]}',
    ],
    [
      "no line end that only some readers see",
      "/api/chat",
      strip,
      '{"message":{"content":"<think>a</think>b\u2028c"},"done":true}',
      '{"message":{"content":"b\\u2028c"},"done":true}',
    ],
    [
      "every choice",
      chat,
      strip,
      '{"choices":[{"message":{"content":"<think>a</think>b"}},{"message":{"content":"c"}},{"message":{"content":"[think]d[/think]"}}]}',
      '{"choices":[{"message":{"content":"b"}},{"message":{"content":"c"}},{"message":{"content":""}}]}',
    ],
    [
      "moved",
      chat,
      move,
      '{"choices":[{"message":{"content":"<think> a </think>b"}}]}',
      '{"choices":[{"message":{"content":"b","reasoning_content":"a"}}]}',
    ],
    [
      "moved into an empty field",
      chat,
      move,
      '{"choices":[{"message":{"reasoning_content":null,"content":"<think>a</think>b"}}]}',
      '{"choices":[{"message":{"reasoning_content":"a","content":"b"}}]}',
    ],
    [
      "moved behind reasoning of its own",
      chat,
      move,
      '{"choices":[{"message":{"content":"<think>a</think>b","reasoning_content":"own"}}]}',
      '{"choices":[{"message":{"content":"b","reasoning_content":"own\\n\\na"}}]}',
    ],
    [
      "completions",
      "/v1/completions",
      move,
      '{"choices":[{"text":"<think>a</think>b","index":0}]}',
      '{"choices":[{"text":"b","reasoning_content":"a","index":0}]}',
    ],
    [
      "Ollama's chat",
      "/api/chat",
      move,
      '\uFEFF {"message":{"role":"assistant","content":"<think>a</think>b"},"done":true}\n',
      '\uFEFF {"message":{"role":"assistant","content":"b","thinking":"a"},"done":true}\n',
    ],
    [
      "Ollama's generate",
      "/api/generate",
      both,
      '{"response":"<think>a</think>```json\\n{\\"x\\":1}\\n```","done":true}',
      '{"response":"{\\"x\\":1}","done":true}',
    ],
  ] as const)("%s", (_name, path, policy, before, after) => {
    const body = bytes(before);
    const json: unknown = JSON.parse(before.replace("\uFEFF", ""));
    expect(cleanWhole(slotsOf(endpointOf("POST", path)), policy, body, json)).toEqual(bytes(after));
  });
});

describe("the very same bytes come back where nothing changes", () => {
  const thinking = '{"choices":[{"message":{"content":"<think>a</think>b"}}]}';
  test.each([
    ["thinking is kept", chat, keepAll, thinking],
    ["there is nothing to clean", chat, both, '{"choices":[{"message":{"content":"a < b [1]"}}]}'],
    ["another path", "/v1/responses", strip, thinking],
    [
      "content of parts",
      chat,
      strip,
      '{"choices":[{"message":{"content":[{"type":"text","text":"<think>"}]}}]}',
    ],
    ["content of null", chat, strip, '{"choices":[{"message":{"content":null}}]}'],
    ["choices that are none", chat, strip, '{"choices":[null,1,"<think>"]}'],
    ["an answer that is not an object", chat, strip, '["<think>"]'],
    ["embeddings", "/v1/embeddings", strip, '{"data":[]}'],
  ] as const)("%s", (_name, path, policy, answer) => {
    const body = bytes(answer);
    expect(cleanWhole(slotsOf(endpointOf("POST", path)), policy, body, JSON.parse(answer))).toBe(
      body,
    );
    expect(decoded(body)).toBe(answer);
  });
});
