// Which face a path belongs to, where it may lead, and where people may be sent.
import { expect, test } from "bun:test";
import { climbs, localPath } from "../../../src/domain/security/paths.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { surfaceOf } from "../../../src/domain/security/surface.ts";

test.each([
  ["POST", "/v1/chat/completions", "openai"],
  ["GET", "/v1", "openai"],
  ["POST", "/api/chat", "ollama"],
  ["GET", "/api/tags", "ollama"],
  ["HEAD", "/api/blobs/sha256:00", "ollama"],
  ["HEAD", "/", "page"],
  ["GET", "/", "page"],
  ["GET", "/api/logs", "api"],
  ["GET", "/api/chats", "api"],
  ["GET", "/api/anything-new", "api"],
  ["GET", "/metrics", "api"],
  ["GET", "/request/1", "page"],
  ["GET", "/anything-new", "page"],
  ["GET", "/v1beta/models", "page"],
  ["GET", "/V1/models", "page"],
  ["GET", "/login", "public"],
  ["GET", "/assets/style.css", "public"],
  ["GET", "/assets", "page"],
  ["GET", "/healthz", "health"],
  ["GET", "/healthz/x", "page"],
])("%s %s is of the surface %s", (method, path, surface) => {
  expect(surfaceOf(endpointOf(method, path), method, path, true)).toBe(
    surface as ReturnType<typeof surfaceOf>,
  );
});

test.each([
  ["/v1/models/org%2Fname", false],
  ["/v1/models/llama3..8b", false],
  ["/v1/files/100%25", false],
  ["/v1/..%2fapi", true],
  ["/v1/..%2Fapi", true],
  ["/v1/%2e%2e%2fapi", true],
  ["/v1/%2e.%5capi", true],
  ["/v1/..%5Capi", true],
  ["/v1/%252e%252e%252fapi", true],
  ["/v1/x%2f..", true],
])("%s leads out of where it begins: %p", (path, out) => {
  expect(climbs(path)).toBe(out);
});

test.each([
  ["/request/1?a=b#c", "/request/1?a=b#c"],
  ["/", "/"],
  [null, "/"],
  ["", "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/a\r\nset-cookie: x", "/"],
  ["/a\tb", "/"],
])("after signing in, %p leads to %s", (asked, path) => {
  expect(localPath(asked)).toBe(path);
});
