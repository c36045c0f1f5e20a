// Pings keep proxies from cutting a silent stream, and no client may take one for an event.
import { afterAll, beforeAll, expect, test } from "bun:test";
import OpenAI from "openai";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { type FieldLab, startFieldLab, textOf } from "../lab/field-lab.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { done, finish, says, text } from "../lab/sayings.ts";

let lab: FieldLab;
beforeAll(async () => {
  lab = await startFieldLab({ SSE_KEEPALIVE: "0.05" });
});
afterAll(() => lab.stop());

// https://github.com/theopenco/llmgateway/pull/2334, https://github.com/openai/openai-python/issues/2722,
// https://github.com/openai/openai-go/pull/651
test.each(["one/m", "both", "full"])(
  "a ping is a comment line alone, wherever it stands: %s",
  async (model) => {
    const before = createGate();
    const between = createGate();
    lab.one.script([
      says(
        {},
        { gate: before },
        `id: 1\n${text("one ")}`,
        { gate: between },
        `id: 2\n${text("two")}`,
        finish(),
        done,
      ),
    ]);
    const exchange = await rawRequest(lab.router.url, {
      path: "/v1/chat/completions",
      body: { model, stream: true, messages: [] },
    });
    await exchange.waitFor(": ping\n");
    before.open();
    if (model !== "full") {
      await exchange.waitFor("one ");
      const at = exchange.bytes().length;
      await exchange.waitFor(at + 1);
      await exchange.waitFor(at + 2);
    } else await between.reached;
    between.open();
    const body = (await exchange.whole()).body.toString();
    expect(body.split(": ping").length).toBeGreaterThan(model === "full" ? 1 : 2);
    // Between events a blank line stands once: the one that ends the event before.
    expect(body.replaceAll(": ping\n", "")).toBe(
      `id: 1\n${text("one ")}id: 2\n${text("two")}${finish()}${done}`,
    );
  },
);

test("the openai package reads a stream with pings before and between its events", async () => {
  const client = new OpenAI({ baseURL: `${lab.router.url}/v1`, apiKey: "k", maxRetries: 0 });
  const gate = createGate();
  lab.one.script([
    says({}, `id: 1\n${text("one ")}`, { gate }, `id: 2\n${text("two")}`, finish(), done),
  ]);
  const { data: stream, response } = await client.chat.completions
    .create({ model: "one/m", messages: [{ role: "user", content: "hi" }], stream: true })
    .withResponse();
  expect(response.status).toBe(200);
  let said = "";
  for await (const part of stream) {
    said += part.choices[0]?.delta.content ?? "";
    if (said === "one ") setTimeout(() => gate.open(), 120);
  }
  expect(said).toBe("one two");
});

test("lines get no ping, which their clients could not read", async () => {
  const gate = createGate();
  lab.one.script([says({}, text("one "), { gate }, text("two"), finish(), done)]);
  setTimeout(() => gate.open(), 150);
  const answer = await lab.ask("one/m", { path: "/api/chat" });
  expect(answer.text).not.toContain("ping");
  expect(textOf(answer.text)).toBe("one two");
});
