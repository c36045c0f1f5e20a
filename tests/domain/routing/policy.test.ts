import { expect, test } from "bun:test";
import { requestedThinking } from "../../../src/domain/routing/policy.ts";
import { parseServerUrl, shownUrl } from "../../../src/domain/routing/server-url.ts";

test.each([
  ["strip", { mode: "strip" }],
  ["keep", { mode: "keep" }],
  ["move", { mode: "move" }],
  ["KEEP", { badValue: "KEEP" }],
  ["", { badValue: "" }],
  ["true", { badValue: "true" }],
] as const)("X-SmolRouter-Thinking: %s is understood or refused", (value, read) => {
  expect(requestedThinking([["x-smolrouter-thinking", value]])).toEqual(read);
});

test("without X-SmolRouter-Thinking nothing is asked for", () => {
  expect(requestedThinking([["accept", "*/*"]])).toEqual({ mode: null });
});

test.each([
  ["http://h:8000", "http://h:8000", "openai"],
  ["https://api.example.com/v1", "https://api.example.com", "openai"],
  ["https://api.example.com/v1/", "https://api.example.com", "openai"],
  ["https://api.example.com/openai/v1", "https://api.example.com/openai", "openai"],
  ["https://api.example.com/v1beta", "https://api.example.com/v1beta", "openai"],
  ["http://H:80//", "http://h", "openai"],
  ["http://h:11434", "http://h:11434", "ollama"],
  ["http://[::1]:11434/", "http://[::1]:11434", "ollama"],
])("the server URL %s is %s", (text, baseUrl, type) => {
  expect(parseServerUrl(text)).toMatchObject({ baseUrl, type });
});

test.each([
  ["localhost:8000", "http:// or https://"],
  ["ftp://h", "http:// or https://"],
  ["http://", "no valid URL"],
  ["http://h:99999", "no valid URL"],
  ["http://u:secret@h", "user name or password"],
  ["http://h?key=secret", "query"],
  ["http://h/#x", "fragment"],
])("the server URL %s is refused without repeating its secrets", (text, words) => {
  const read = parseServerUrl(text);
  if (!("problem" in read)) throw new Error("accepted");
  expect(read.problem).toContain(words);
  expect(read.problem + shownUrl(text)).not.toContain("secret");
});
