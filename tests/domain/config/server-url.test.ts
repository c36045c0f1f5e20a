import { describe, expect, test } from "bun:test";
import { parseServerUrl, shownUrl } from "../../../src/domain/config/server-url.ts";
import { upstreamUrl } from "../../../src/domain/routing/upstream-url.ts";

const chat = "/v1/chat/completions";

// APIs whose base URL has no `/v1`: https://github.com/QuantumNous/new-api/issues/853
describe("where a server's paths are", () => {
  test.each([
    ["http://h:8000", "http://h:8000/v1/chat/completions"],
    ["http://H:80//", "http://h/v1/chat/completions"],
    ["http://h:8000/v1", "http://h:8000/v1/chat/completions"],
    ["http://h:8000//v1//", "http://h:8000/v1/chat/completions"],
    ["https://api.example.com/openai/v1/", "https://api.example.com/openai/v1/chat/completions"],
    ["http://[::1]:8080/", "http://[::1]:8080/v1/chat/completions"],
    [
      "https://generativelanguage.googleapis.com/v1beta/openai/",
      "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    ],
    ["https://api.example.com/api/paas/v4", "https://api.example.com/api/paas/v4/chat/completions"],
    ["https://api.example.com/api/v3/", "https://api.example.com/api/v3/chat/completions"],
    ["http://h:3000/api", "http://h:3000/api/chat/completions"],
    ["http://h/notv1", "http://h/notv1/chat/completions"],
    ["http://h:11434", "http://h:11434/v1/chat/completions"],
    ["http://h:11434/v1", "http://h:11434/v1/chat/completions"],
    ["http://h:11434/ollama/", "http://h:11434/ollama/v1/chat/completions"],
  ])("a call to %s goes to %s", (text, expected) => {
    const url = parseServerUrl(text);
    if ("problem" in url) throw new Error(url.problem);
    expect(upstreamUrl(url, chat)).toBe(expected);
    // The list of models, and any other path, lie beside it.
    expect(upstreamUrl(url, "/v1/models")).toBe(expected.replace("/chat/completions", "/models"));
  });

  test.each([
    ["http://h:11434", "http://h:11434/api/tags"],
    ["http://h:11434/v1", "http://h:11434/api/tags"],
    ["http://h/ollama", "http://h/ollama/api/tags"],
    ["http://h/ollama/v1", "http://h/ollama/api/tags"],
  ])("an Ollama server at %s lists its models at %s", (text, expected) => {
    const url = parseServerUrl(text, "ollama");
    if ("problem" in url) throw new Error(url.problem);
    expect(upstreamUrl(url, "/api/tags")).toBe(expected);
  });

  test("other paths than the API's keep to where the API is", () => {
    const at = (baseUrl: string) => upstreamUrl({ baseUrl, type: "openai" }, "/healthz");
    expect(at("http://h")).toBe("http://h/healthz");
    expect(at("http://h/base/v1")).toBe("http://h/base/healthz");
    expect(upstreamUrl({ baseUrl: "http://h/base", type: "openai" }, "/v1")).toBe("http://h/base");
    expect(upstreamUrl({ baseUrl: "http://h/b", type: "openai" }, "/v10/x")).toBe(
      "http://h/b/v10/x",
    );
  });
});

test.each([
  ["http://h:8000", "http://h:8000/v1"],
  ["http://h:8000/", "http://H:8000//v1/"],
])("%s and %s are one server", (one, other) => {
  expect(parseServerUrl(one)).toEqual(parseServerUrl(other));
});

test.each([
  ["http://h:11434", "ollama"],
  ["http://h:1143", "openai"],
])("the server at %s speaks %s unless told otherwise", (text, type) => {
  expect(parseServerUrl(text)).toMatchObject({ type });
  expect(parseServerUrl(text, "openai")).toMatchObject({ type: "openai" });
});

describe("a URL that names an endpoint is refused with the base URL", () => {
  test.each([
    ["http://h:8000/v1/chat/completions", "http://h:8000/v1"],
    ["http://h:8000/v1/chat/completions/", "http://h:8000/v1"],
    ["http://h:8000/v1/completions", "http://h:8000/v1"],
    ["https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1"],
    ["https://api.openai.com/v1/responses", "https://api.openai.com/v1"],
    ["http://h/v1/embeddings", "http://h/v1"],
    ["http://h/v1/models", "http://h/v1"],
    ["http://h/v1beta/openai/chat/completions", "http://h/v1beta/openai"],
    ["http://h:11434/api", "http://h:11434"],
    ["http://h:11434/api/", "http://h:11434"],
    ["http://h:11434/api/chat", "http://h:11434"],
    ["http://h:11434/v1/chat/completions", "http://h:11434/v1"],
    ["http://h:8000/api/generate", "http://h:8000"],
  ])("%s: write %s", (text, right) => {
    const read = parseServerUrl(text);
    expect(read).toMatchObject({ right });
    expect("problem" in read && read.problem).toContain("base URL");
    expect(parseServerUrl(right)).not.toHaveProperty("problem");
  });

  test("`/api` is Ollama's endpoint only where the server is one", () => {
    expect(parseServerUrl("http://h/ollama/api", "ollama")).toMatchObject({
      right: "http://h/ollama",
    });
    expect(parseServerUrl("http://h/ollama/api")).toMatchObject({ baseUrl: "http://h/ollama/api" });
  });
});

test.each([
  ["localhost:8000", "http:// or https://", "localhost:8000"],
  ["ftp://h", "http:// or https://", "ftp://h"],
  ["http://", "not a valid URL", "http://"],
  ["http://h:99999", "not a valid URL", "http://h:99999"],
  ["http://u:secret@h", "user name or password", "http://[hidden]@h"],
  ["u:secret@h:80", "http:// or https://", "[hidden]@h:80"],
  ["http://u:se#cr?secret@h", "not a valid URL", "http://[hidden]@h"],
  ["http://h?key=secret", "query", "http://h?[hidden]"],
  ["http://h/#secret", "fragment", "http://h/#[hidden]"],
  [
    "http://h:8000 # x",
    "must stand alone, without spaces or a comment behind it",
    "http://h:8000 # x",
  ],
  ["http://h:8000 http://other", "must stand alone", "http://h:8000 http://other"],
  ['"http://h:8000"', "http:// or https://", '"http://h:8000"'],
])(
  "the server URL %s is refused, the part at fault shown, its secrets not",
  (text, words, shown) => {
    const read = parseServerUrl(text);
    if (!("problem" in read)) throw new Error("accepted");
    expect(read.problem).toContain(words);
    expect(shownUrl(text)).toBe(shown);
    expect(read.problem).not.toContain("secret");
  },
);
