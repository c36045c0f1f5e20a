// Every path that is treated in a way of its own, in every spelling that counts as the same.
import { expect, test } from "bun:test";
import { endpointOf } from "../../../src/domain/call/endpoint.ts";
import { plainPath } from "../../../src/domain/http/plain-path.ts";
import { streamFormat } from "../../../src/domain/protocols/wire-format.ts";
import { surfaceOf } from "../../../src/domain/security/surface.ts";

/** Flags: takes JSON, promises JSON, streams by default, counts tokens. */
const paths: readonly (readonly [path: string, api: string, kind: string, flags: string])[] = [
  ["/v1/chat/completions", "openai", "chat", "TP-C"],
  ["/v1/engines/e/chat/completions", "openai", "chat", "TP-C"],
  ["/v1/completions", "openai", "completion", "TP-C"],
  ["/v1/embeddings", "openai", "embeddings", "TP-C"],
  ["/v1/responses", "openai", "responses", "TP-C"],
  ["/v1/responses/r_1", "openai", "other", "----"],
  ["/v1/messages", "anthropic", "messages", "TP-C"],
  ["/v1/messages/count_tokens", "anthropic", "count-tokens", "TP--"],
  ["/v1/messages/batches", "anthropic", "other", "----"],
  ["/v1/threads/t/messages", "openai", "other", "----"],
  ["/v1/messagesx", "openai", "other", "----"],
  ["/v1/moderations", "openai", "judging", "TP--"],
  ["/v1/rerank", "openai", "judging", "TP--"],
  ["/v1/images/generations", "openai", "media", "T---"],
  ["/v1/audio/speech", "openai", "media", "T---"],
  ["/v1/audio/transcriptions", "openai", "other", "----"],
  ["/v1/files/f/content", "openai", "other", "----"],
  ["/v1/models", "openai", "other", "----"],
  ["/v1", "openai", "other", "----"],
  ["/", "openai", "other", "----"],
  ["/api/chat", "ollama", "chat", "TPSC"],
  ["/api/generate", "ollama", "generate", "TPSC"],
  ["/api/embed", "ollama", "embeddings", "TP-C"],
  ["/api/embeddings", "ollama", "embeddings", "TP-C"],
  ["/api/show", "ollama", "show", "TP--"],
  ["/api/tags", "ollama", "list", "T---"],
  ["/api/ps", "ollama", "list", "T---"],
  ["/api/version", "ollama", "list", "T---"],
  ["/api/pull", "ollama", "management", "T---"],
  ["/api/push", "ollama", "management", "T---"],
  ["/api/create", "ollama", "management", "T---"],
  ["/api/copy", "ollama", "management", "T---"],
  ["/api/delete", "ollama", "management", "T---"],
  ["/api/blobs/sha256:00", "ollama", "blob", "----"],
  ["/api/logs", "ollama", "other", "T---"],
];

const spellings = (path: string) => [path, `${path}/`, `${path}//`, path.replaceAll("/", "//")];

test.each(paths)("%s is %s's %s", (path, api, kind, flags) => {
  for (const spelling of spellings(path)) {
    const found = endpointOf(`${plainPath(spelling)}?beta=true`);
    expect([found.api, found.kind] as string[]).toEqual([api, kind]);
    const shown = [
      found.takesJson ? "T" : "-",
      found.promisesJson ? "P" : "-",
      found.streamsByDefault ? "S" : "-",
      found.countsTokens ? "C" : "-",
    ];
    expect(shown.join("")).toBe(flags);
  }
});

test.each(paths)("%s is let in, and read as a stream, by the same word", (path, api, kind) => {
  const known = api === "ollama" && kind !== "other";
  const surface = path.startsWith("/v1") ? "openai" : known ? "ollama" : null;
  if (surface !== null) expect(surfaceOf("POST", path, false) as string).toBe(surface);
  const talks = api === "ollama" && (kind === "chat" || kind === "generate");
  expect(streamFormat(path, "ndjson") === "ndjson").toBe(talks);
});
