// Every method and path that is treated in a way of its own, in every spelling that counts as the same.
import { expect, test } from "bun:test";
import type { Endpoint, ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { plainPath } from "../../../src/domain/http/plain-path.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { ollamaKind } from "../../../src/domain/protocols/ollama/endpoints.ts";
import { protocols } from "../../../src/domain/protocols/protocol.ts";
import { streamProtocol } from "../../../src/domain/protocols/stream-reader.ts";
import { readRequest } from "../../../src/domain/call/read-request.ts";
import { surfaceOf } from "../../../src/domain/security/surface.ts";

/** Flags of a POST: takes JSON, promises JSON, streams on request or (D) by default, counts tokens, may be translated. */
const paths: readonly (readonly [
  path: string,
  protocol: ProtocolName,
  kind: string,
  flags: string,
])[] = [
  ["/v1/chat/completions", "openai-chat", "chat", "TPSC-"],
  ["/v1/engines/e/chat/completions", "openai-chat", "chat", "TPSC-"],
  ["/v1/completions", "openai-chat", "completion", "TPSC-"],
  ["/v1/embeddings", "openai-chat", "embeddings", "TP-C-"],
  ["/v1/responses", "openai-responses", "responses", "TPSC-"],
  ["/v1/responses/r_1", "openai-chat", "other", "-----"],
  ["/v1/messages", "anthropic-messages", "messages", "TPSC-"],
  ["/v1/messages/count_tokens", "anthropic-messages", "count-tokens", "TP---"],
  ["/v1/messages/batches", "anthropic-messages", "other", "-----"],
  ["/v1/threads/t/messages", "openai-chat", "other", "-----"],
  ["/v1/messagesx", "openai-chat", "other", "-----"],
  ["/v1/moderations", "openai-chat", "judging", "TP---"],
  ["/v1/rerank", "openai-chat", "judging", "TP---"],
  ["/v1/images/generations", "openai-chat", "media", "T----"],
  ["/v1/audio/speech", "openai-chat", "media", "T----"],
  ["/v1/audio/transcriptions", "openai-chat", "other", "-----"],
  ["/v1/files/f/content", "openai-chat", "other", "-----"],
  ["/v1/models", "openai-chat", "other", "-----"],
  ["/v1/models/org/name", "openai-chat", "other", "-----"],
  ["/v1", "openai-chat", "other", "-----"],
  ["/api/chat", "ollama", "chat", "TPDCX"],
  ["/api/generate", "ollama", "generate", "TPDCX"],
  ["/api/embed", "ollama", "embed", "TP-CX"],
  ["/api/embeddings", "ollama", "embeddings", "TP-CX"],
  ["/api/show", "ollama", "show", "TP---"],
  ["/api/tags", "ollama", "list", "T----"],
  ["/api/ps", "ollama", "list", "T----"],
  ["/api/version", "ollama", "list", "T----"],
  ["/api/pull", "ollama", "management", "T-D--"],
  ["/api/push", "ollama", "management", "T-D--"],
  ["/api/create", "ollama", "management", "T-D--"],
  ["/api/copy", "ollama", "management", "T----"],
  ["/api/delete", "ollama", "management", "T----"],
  ["/api/blobs/sha256:00", "ollama", "blob", "-----"],
  ["/", "openai-chat", "elsewhere", "-----"],
  ["/api", "openai-chat", "elsewhere", "-----"],
  ["/api/logs", "openai-chat", "elsewhere", "-----"],
  ["/api/chats", "openai-chat", "elsewhere", "-----"],
  ["/api/chat/completions", "openai-chat", "elsewhere", "-----"],
  ["/api/blobs", "openai-chat", "elsewhere", "-----"],
  ["/v1beta/chat/completions", "openai-chat", "elsewhere", "-----"],
  ["/V1/chat/completions", "openai-chat", "elsewhere", "-----"],
  ["/chat/completions", "openai-chat", "elsewhere", "-----"],
  ["/request/1", "openai-chat", "elsewhere", "-----"],
];

const methods = ["POST", "GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS"];
const spellings = (path: string) => [path, `${path}/`, `${path}//`, path.replaceAll("/", "//")];
const queries = ["", "?beta=true", "?next=/v1/embeddings", "?a=b/?c"];

const flagsOf = (endpoint: Endpoint) =>
  [
    endpoint.takesJson ? "T" : "-",
    endpoint.promisesJson ? "P" : "-",
    endpoint.streams === null ? "-" : endpoint.streams === "by-default" ? "D" : "S",
    endpoint.countsTokens ? "C" : "-",
    ollamaKind(endpoint) === null ? "-" : "X",
  ].join("");

test.each(paths)("%s is of %s: %s, %s", (path, protocol, kind, flags) => {
  for (const spelling of spellings(path))
    for (const query of queries)
      for (const method of methods) {
        const found = endpointOf(method, plainPath(spelling) + query);
        expect([found.protocol, found.kind] as string[]).toEqual([protocol, kind]);
        // Only a POST's body has to be JSON.
        expect(flagsOf(found)).toBe(method === "POST" ? flags : flags.replace("T", "-"));
      }
});

test.each(paths)(
  "%s is let in, and read as a stream, by the same value",
  (path, protocol, kind, flags) => {
    const endpoint = endpointOf("POST", path);
    const surface = surfaceOf(endpoint, "POST", path, false);
    if (kind === "elsewhere") expect(["openai", "ollama"]).not.toContain(surface);
    else expect(surface).toBe(protocol === "ollama" ? "ollama" : "openai");
    const streams = /[SD]/.test(flags);
    expect(streamProtocol(endpoint, "ndjson")).toBe(
      streams && protocol === "ollama" ? protocol : null,
    );
    expect(streamProtocol(endpoint, "sse")).toBe(
      streams && protocol !== "ollama" ? protocol : null,
    );
  },
);

test("every row of every protocol resolves to itself", () => {
  for (const protocol of Object.values(protocols))
    for (const { path, endpoint } of protocol.endpoints) {
      const whole = path.startsWith("/v1/") || path.startsWith("/api/") ? path : `/v1${path}`;
      expect(endpointOf("POST", whole)).toEqual(endpoint);
    }
});

test.each<[path: string, body: string, key: string]>([
  ["/v1/chat/completions", '{"name":"m"}', "model"],
  ["/api/pull", '{"name":"m"}', "name"],
  ["/api/pull", '{"model":"m","name":"n"}', "model"],
  ["/api/copy", '{"source":"m","destination":"n"}', "source"],
  ["/api/copy", '{"model":"m","source":"n"}', "model"],
  ["/api/show", "{}", "model"],
])("%s with %s names its model by %s", (path, body, key) => {
  const bytes = new TextEncoder().encode(body);
  const reading = readRequest(endpointOf("POST", path), "application/json", bytes);
  expect(reading).toMatchObject({ modelKey: key });
});
