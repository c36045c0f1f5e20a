// A redirect is not an answer to an API's call: SDKs would call the other host themselves, with a GET and the key.
import { describe, expect, test } from "bun:test";
import { documentsOf, useFieldLab, textOf } from "../lab/field-lab.ts";
import { says } from "../lab/sayings.ts";

const lab = useFieldLab();

const target = "https://elsewhere.example/v1/chat/completions";
const moved = (status: number, headers: Record<string, string> = { location: target }) =>
  says({ status, type: "text/html", headers }, "<h1>moved</h1>");

// https://github.com/ferro-labs/ai-gateway/pull/243
describe.each([301, 302, 307])("status %i", (status) => {
  test.each([
    ["both", "/v1/chat/completions", false],
    ["both", "/v1/chat/completions", true],
    ["full", "/v1/chat/completions", true],
    ["both", "/v1/completions", false],
    ["both", "/v1/embeddings", false],
    ["both", "/v1/responses", false],
    ["both", "/v1/messages", false],
    ["both", "/api/chat", false],
    ["both", "/api/chat", true],
    ["both", "/api/generate", true],
    ["both", "/api/embed", false],
  ])("brings the next candidate: %s on %s, stream %p", async (model, path, stream) => {
    lab.one.script([moved(status)]);
    const answer = await lab.ask(model, { path, stream, more: { input: "hi" } });
    expect(answer).toMatchObject({ status: 200, upstream: "two" });
    const row = await answer.row();
    expect(row.attempts).toHaveLength(2);
    expect(row.attempts[0]).toMatchObject({
      status,
      error: expect.stringContaining("elsewhere.example"),
    });
  });

  test("from a lone upstream is an error that names the address to write into url", async () => {
    for (const [model, path, stream] of [
      ["one/m", "/v1/chat/completions", false],
      ["one/m", "/v1/chat/completions", true],
      ["alone", "/v1/chat/completions", true],
      ["one/m", "/api/chat", false],
      ["one/m", "/api/chat", true],
      ["one/m", "/v1/files", false],
    ] as const) {
      await lab.reset();
      lab.one.script(({ method }) => (method === "POST" ? moved(status) : undefined));
      const answer = await lab.ask(model, { path, stream });
      expect(answer.status).toBe(502);
      expect(answer.headers.has("location")).toBe(false);
      const { error } = JSON.parse(answer.text) as { error: string | { message: string } };
      const message = typeof error === "string" ? error : error.message;
      expect(message).toContain("elsewhere.example");
      expect(message).toContain("url");
      const row = await answer.row();
      expect(row).toMatchObject({ state: "failed", status_code: 502 });
      expect(row.error_message).toContain("elsewhere.example");
    }
  });
});

test("a native Ollama server's redirect brings the next candidate, and alone an error", async () => {
  lab.nat.script([moved(301)]);
  expect(textOf((await lab.ask("nboth", { path: "/api/chat" })).text)).toBe("from two");
  lab.nat.script([moved(301)]);
  const alone = await lab.ask("nat/m", { path: "/api/chat" });
  expect(alone.status).toBe(502);
  expect(documentsOf(alone.text)[0]?.error).toContain("elsewhere.example");
});

test.each([300, 303, 308])("status %i is a redirect, too", async (status) => {
  lab.one.script([moved(status), moved(status)]);
  expect(await lab.ask("both", { stream: false })).toMatchObject({ status: 200, upstream: "two" });
  expect(await lab.ask("one/m")).toMatchObject({ status: 502 });
});

test("a redirect without a Location, and one that leads back, are failures, too", async () => {
  for (const headers of [{}, { location: "/v1/chat/completions" }, { location: ":::" }] as Record<
    string,
    string
  >[]) {
    await lab.reset();
    lab.one.script([moved(302, headers)]);
    expect((await lab.ask("both", { stream: false })).upstream).toBe("two");
    lab.one.script([moved(302, headers)]);
    expect(await lab.ask("one/m", { stream: false })).toMatchObject({ status: 502 });
  }
});

test("304 is an answer: a client's own condition holds", async () => {
  lab.one.script(() => ({
    kind: "raw",
    chunks: ['HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n'],
  }));
  const answer = await fetch(`${lab.router.url}/v1/files/x/content`, {
    headers: { "if-none-match": '"a"' },
  });
  expect(answer.status).toBe(304);
});

test("a server that redirects its model list is not said to be silent", async () => {
  lab.one.script(() => moved(301));
  await fetch(`${lab.router.url}/upstreams/check`, {
    method: "POST",
    headers: { origin: lab.router.url },
  });
  const { upstreams } = (await (await fetch(`${lab.router.url}/api/upstreams`)).json()) as {
    upstreams: { name: string; models_error: string | null }[];
  };
  const reported = upstreams.find(({ name }) => name === "one")?.models_error;
  expect(reported).toContain("elsewhere.example");
  expect(reported).not.toContain("does not answer");
});
