// `params`: fields of requests are changed on their way upstream, in the upstream's own protocol, after any translation.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";

let chat: FakeModel;
let ollama: FakeModel;
beforeAll(async () => {
  chat = await startFakeModel({ name: "chat", models: ["m"], kind: "openai" });
  ollama = await startFakeModel({ name: "ollama", models: ["m"], kind: "ollama" });
});
afterAll(async () => {
  await Promise.all([chat.stop(), ollama.stop()]);
});

async function withBoth(run: (router: TestRouter) => Promise<void>): Promise<void> {
  chat.reset();
  ollama.reset();
  const routes = `
servers:
  chat: { url: "${chat.url}", params: { set: { seed: 7, stream_options.include_usage: true }, drop: [user] } }
  ollama: { url: "${ollama.url}", type: ollama, params: { default: { options.num_ctx: 8192 }, set: { keep_alive: 5m } } }
aliases:
  al: { instances: ["chat/m", "ollama/m"], params: { default: { temperature: 0.5 } } }
`;
  await withRouter({ routes }, run);
}

const messages = [{ role: "user", content: "Hello" }];

test("a native request keeps all other bytes, and its row names what was changed", async () => {
  await withBoth(async (router) => {
    const body = `{ "messages": ${JSON.stringify(messages)}, "model":"al", "user" : "me",\n "seed": 1.0, "x": 12345678901234567890 }`;
    const answer = await router.post("/v1/chat/completions", body);
    expect(answer.status).toBe(200);
    await answer.text();
    expect(new TextDecoder().decode(chat.calls()[0]?.body)).toBe(
      `{ "messages": ${JSON.stringify(messages)}, "model":"m",\n "seed": 7, "x": 12345678901234567890,"stream_options":{"include_usage":true},"temperature":0.5 }`,
    );
    const row = await router.row();
    expect(row.attempts[0]).toMatchObject({
      upstream: "chat",
      changed: [
        "replaced: seed",
        "added: stream_options.include_usage",
        "dropped: user",
        "added: temperature",
      ],
    });
    expect(row.request_body).toBe(body);
    expect(row).toMatchObject({ dropped: [], warnings: [] });
    const page = await (await fetch(`${router.url}/request/${row.id}`)).text();
    expect(page).toContain("replaced seed, added stream_options.include_usage");
  });
});

test.each([
  ["/v1/chat/completions", { messages }],
  ["/v1/responses", { input: "Hello" }],
  ["/v1/messages", { messages, max_tokens: 9 }],
  ["/api/chat", { messages, stream: false }],
] as const)(
  "a call of %s has them in the words of the server that is asked",
  async (path, body) => {
    await withBoth(async (router) => {
      for (const model of ["chat/m", "ollama/m"]) {
        const answer = await router.post(path, { model, user: "me", ...body });
        expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
      }
      expect(chat.calls().map(({ json }) => json)).toEqual([
        expect.objectContaining({ seed: 7, stream_options: { include_usage: true } }),
      ]);
      expect(chat.calls()[0]?.fields).not.toHaveProperty("user");
      expect(ollama.calls()[0]?.fields).toMatchObject({ keep_alive: "5m" });
      expect(ollama.calls()[0]?.fields["options"]).toMatchObject({ num_ctx: 8192 });
    });
  },
);

test("each candidate gets what is said of it, and the client's own request again", async () => {
  await withBoth(async (router) => {
    chat.script([{ kind: "status", status: 500 }]);
    const body = { model: "al", messages, stream: false, options: { seed: 1 } };
    const answer = await router.post("/api/chat", body);
    expect(answer.status).toBe(200);
    await answer.text();
    expect(ollama.calls()[0]?.fields["options"]).toEqual({ seed: 1, num_ctx: 8192 });
    const { attempts } = await router.row();
    expect(attempts.map(({ changed }) => changed)).toEqual([
      ["replaced: seed", "added: stream_options.include_usage", "added: temperature"],
      ["added: keep_alive", "added: options.num_ctx", "added: temperature"],
    ]);
  });
});

test("requests without a JSON body, and those that ask no model, pass as they are", async () => {
  await withBoth(async (router) => {
    const form = new FormData();
    form.set("model", "chat/m");
    form.set("user", "me");
    form.set("file", new Blob(["x"]), "a.wav");
    const url = `${router.url}/v1/audio/transcriptions`;
    await (await fetch(url, { method: "POST", body: form })).text();
    const posted = chat.requests().findLast(({ method }) => method === "POST");
    const sent = new TextDecoder().decode(posted?.body);
    expect(sent).toContain('name="user"');
    expect(sent).not.toContain("seed");
    const shown = await router.post("/api/show", { model: "ollama/m" });
    await shown.text();
    expect(ollama.requests().find(({ path }) => path === "/api/show")?.json).toEqual({
      model: "m",
    });
    for (const { attempts } of await router.rows())
      for (const attempt of attempts) expect(attempt).not.toHaveProperty("changed");
  });
});
