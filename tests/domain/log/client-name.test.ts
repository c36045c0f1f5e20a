// The program that a User-Agent names.
import { expect, test } from "bun:test";
import { clientName } from "../../../src/domain/log/client-name.ts";

const chrome =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const safari =
  "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";

test.each<readonly [string | null, string | null]>([
  ["claude-cli/2.1.332 (external, cli)", "claude-cli/2.1.332"],
  ["OpenAI/Python 1.99.1", "OpenAI/1.99.1"],
  ["AsyncOpenAI/Python 1.99.1", "AsyncOpenAI/1.99.1"],
  ["OpenAI/JS 5.1.0", "OpenAI/5.1.0"],
  ["opencode/1.0.3 ai-sdk/provider-utils", "opencode/1.0.3"],
  ["codex_cli_rs/0.50.0 (Debian 12; x86_64) xterm", "codex_cli_rs/0.50.0"],
  ["ollama-python/0.5.1 (x86_64 linux) Python/3.13", "ollama-python/0.5.1"],
  ["curl/8.5.0", "curl/8.5.0"],
  ["node", "node"],
  ["axios/1.7.9", "axios/1.7.9"],
  ["python-httpx/0.28.1", "python-httpx/0.28.1"],
  ["Go-http-client/1.1", "Go-http-client/1.1"],
  ["Open WebUI", "Open WebUI"],
  ["Open WebUI/0.6 (x)", "Open WebUI/0.6"],
  [chrome, "Chrome/131.0.0.0"],
  [`${chrome} Edg/131.0.1`, "Edge/131.0.1"],
  [safari, "Safari/18.1"],
  ["Mozilla/5.0 (X11; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox/133.0"],
  ["Mozilla/5.0", "Mozilla/5.0"],
  ["  a\t\u0000b\u202e ", "a b"],
  ["(only a comment)", null],
  ["", null],
  [null, null],
])("%j is %j", (userAgent, name) => {
  expect(clientName(userAgent)).toBe(name);
  expect(clientName(userAgent)).toBe(name);
});

test("is at most 200 characters of well-formed text, whatever is sent", () => {
  for (const hostile of [
    "x".repeat(100_000),
    "/".repeat(5_000),
    `${"x".repeat(199)}😀`,
    "\ud800",
  ]) {
    const name = clientName(hostile) ?? "";
    expect(name.length).toBeLessThanOrEqual(200);
    expect(name.isWellFormed()).toBe(true);
  }
});
