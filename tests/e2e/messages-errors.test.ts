// What an Anthropic client gets where the router itself refuses or fails.
import { expect, test } from "bun:test";
import { startScriptedServer } from "../lab/scripted-server.ts";
import { withRouter } from "../lab/start-router.ts";
import { testSecret, tokenOf } from "../lab/tokens.ts";

const message = { model: "m", max_tokens: 1, messages: [{ role: "user", content: "hi" }] };

interface Refused {
  readonly type: string;
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string | null;
}

test("a failed call is an error in its own form, by the id of its row", async () => {
  await withRouter({ env: { DEFAULT_UPSTREAM: "http://127.0.0.1:1" } }, async (router) => {
    const response = await router.post("/v1/messages", message);
    expect(response.status).toBe(502);
    const body = (await response.json()) as Refused;
    expect(body).toMatchObject({ type: "error", error: { type: "api_error" } });
    const { id } = await router.row();
    expect([body.request_id, response.headers.get("request-id")]).toEqual([id, id]);
    expect(response.headers.get("x-request-id")).toBe(id);
  });
});

test("so is a call without the router's token, which may stand in x-api-key", async () => {
  const env = { JWT_SECRET: testSecret, DEFAULT_UPSTREAM: "http://127.0.0.1:1" };
  await withRouter({ env }, async (router) => {
    const response = await router.post("/v1/messages", message, { "x-api-key": "no" });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      type: "error",
      error: { type: "authentication_error" },
      request_id: null,
    });
    const shown = await router.post("/v1/messages", message, { "x-api-key": tokenOf() });
    expect(shown.status).toBe(502);
  });
});

test("an upstream's own error keeps its words and its id; an answer without one gets the row's", async () => {
  const theirs = JSON.stringify({
    type: "error",
    error: { type: "x", message: "y" },
    request_id: "req_1",
  });
  const server = startScriptedServer({
    refused: { type: "application/json", body: theirs, status: 400 },
    m: {
      type: "application/json",
      body: JSON.stringify({ type: "message", content: [{ type: "text", text: "a" }] }),
    },
  });
  try {
    await withRouter({ env: { DEFAULT_UPSTREAM: server.url } }, async (router) => {
      const refused = await router.post("/v1/messages", { ...message, model: "refused" });
      expect([refused.status, await refused.text()]).toEqual([400, theirs]);
      const answered = await router.post("/v1/messages", message);
      expect(answered.status).toBe(200);
      expect(answered.headers.get("request-id")).toBe(answered.headers.get("x-request-id"));
    });
  } finally {
    await server.stop();
  }
});
