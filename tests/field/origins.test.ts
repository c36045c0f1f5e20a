// Who may call from a page or a desktop app, and what the front door says to whom.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type FieldLab, startFieldLab } from "../lab/field-lab.ts";
import { exchangeBytes } from "../lab/exchange-bytes.ts";

let lab: FieldLab;
let walled: FieldLab;
beforeAll(async () => {
  lab = await startFieldLab();
  walled = await startFieldLab({
    JWT_SECRET: "a-long-and-varied-secret-0123456789",
    WEBUI_SECURITY: "ALWAYS_AUTH",
  });
});
afterAll(() => Promise.all([lab.stop(), walled.stop()]));

// https://github.com/ollama/ollama/pull/9313
test.each([
  "vscode-file://vscode-app",
  "vscode-webview://1a2b3c",
  "app://obsidian.md",
  "tauri://localhost",
  "file://",
  "http://localhost:3000",
])("%s may call, as it may call Ollama", async (origin) => {
  for (const path of ["/v1/models", "/api/tags"]) {
    const answer = await fetch(lab.router.url + path, { headers: { origin } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
  }
  const preflight = await fetch(`${lab.router.url}/v1/chat/completions`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, content-type",
    },
  });
  expect(preflight.status).toBeLessThan(300);
});

test.each(["https://evil.example", "null", "vscode-files://x", "xvscode-file://vscode-app"])(
  "%s may not",
  async (origin) => {
    const answer = await fetch(`${lab.router.url}/v1/models`, { headers: { origin } });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("ALLOWED_ORIGINS");
  },
);

// https://github.com/Jeffser/Alpaca/issues/160, https://github.com/ollama/ollama-python/issues/121
describe("GET /", () => {
  const ask = (url: string, headers: Record<string, string>) =>
    fetch(`${url}/`, { headers, redirect: "manual" });

  test.each([
    { accept: "*/*" },
    { accept: "application/json" },
    { accept: "" },
    { accept: "text/plain, */*;q=0.5" },
  ])("says that Ollama is running to a client that asks for no page: %j", async (headers) => {
    for (const url of [lab.router.url, walled.router.url]) {
      const answer = await ask(url, headers);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toStartWith("text/plain");
      expect(await answer.text()).toBe("Ollama is running");
    }
  });

  test("says it behind a proxy, and to a client that sends no Accept at all", async () => {
    const proxied = await ask(lab.router.url, { accept: "*/*", "x-forwarded-for": "10.0.0.1" });
    expect(await proxied.text()).toBe("Ollama is running");
    const { response } = await exchangeBytes(
      lab.router.url,
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    );
    expect(response.body.toString()).toBe("Ollama is running");
  });

  test("shows a browser the dashboard, or asks it to sign in", async () => {
    const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    const page = await ask(lab.router.url, { accept });
    expect(page.headers.get("content-type")).toStartWith("text/html");
    const signIn = await ask(walled.router.url, { accept });
    expect(await signIn.text()).not.toContain("Ollama is running");
    expect([302, 303, 401]).toContain(signIn.status);
  });

  test("answers HEAD, by which Ollama's clients see that it is there", async () => {
    const answer = await fetch(`${lab.router.url}/`, { method: "HEAD" });
    expect(answer.status).toBe(200);
  });
});
