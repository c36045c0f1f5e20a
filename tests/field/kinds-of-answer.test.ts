// What an answer is, its first bytes say: streams under any label, whole JSON under a stream's, streams nobody asked for.
import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { documentsOf, useFieldLab, textOf } from "../lab/field-lab.ts";
import { rawRequest } from "../lab/raw-request.ts";
import {
  chatLine,
  completion,
  done,
  event,
  finish,
  lastLine,
  says,
  saysWhole,
  text,
  usage,
} from "../lab/sayings.ts";

const lab = useFieldLab();

const labels = [
  "text/plain",
  "application/json",
  "application/octet-stream",
  "text/html; charset=utf-8",
  "application/x-ndjson",
  null,
];
const stream = [text("It "), text("streams."), finish(), usage(3, 2), done];

// https://github.com/Wei-Shaw/sub2api/issues/2826
describe.each(labels)("events labelled %p, where the call asked for a stream", (type) => {
  test.each([
    ["one/m", "/v1/chat/completions"],
    ["both", "/v1/chat/completions"],
    ["full", "/v1/chat/completions"],
    ["one/m", "/api/chat"],
    ["both", "/api/chat"],
    ["full", "/api/chat"],
    ["one/m", "/api/generate"],
  ])("are the stream that they are: %s on %s", async (model, path) => {
    lab.one.script([says({ type }, ...stream)]);
    const answer = await lab.ask(model, { path });
    expect(answer).toMatchObject({ status: 200, upstream: "one" });
    expect(textOf(answer.text)).toBe("It streams.");
    const ollama = path.startsWith("/api");
    expect(answer.headers.get("content-type")).toStartWith(
      ollama ? "application/x-ndjson" : "text/event-stream",
    );
    if (ollama)
      expect(documentsOf(answer.text).at(-1)).toMatchObject({ done: true, eval_count: 2 });
    else expect(answer.text).toBe(stream.join(""));
    expect(await answer.row()).toMatchObject({
      state: "completed",
      attempts: [{ reason: "served" }],
      completion_tokens: 2,
      tokens_estimated: false,
    });
  });

  test("reach the client as they come, with pings between", async () => {
    const gate = createGate();
    lab.one.script([says({ type }, text("first"), { gate }, text(" second"), finish(), done)]);
    const exchange = await rawRequest(lab.router.url, {
      path: "/v1/chat/completions",
      body: { model: "one/m", stream: true, messages: [] },
    });
    await exchange.waitFor("first");
    gate.open();
    expect((await exchange.whole()).body.toString()).toContain("[DONE]");
  });

  test.each([
    ": hello\n\n",
    "event: message\n",
    "id: 1\n",
    "retry: 10\n",
    "\uFEFF",
    "\n\n",
    "\r\n",
  ])("are known by what they begin with, %j", async (opening) => {
    lab.one.script([says({ type }, opening, ...stream)]);
    const answer = await lab.ask("both");
    expect(answer).toMatchObject({ status: 200, upstream: "one" });
    expect(textOf(answer.text)).toBe("It streams.");
    expect((await answer.row()).state).toBe("completed");
  });

  test("fail over like any stream where they end too early", async () => {
    lab.one.script([says({ type }, event({ choices: [{ delta: { role: "assistant" } }] }))]);
    const answer = await lab.ask("both");
    expect(answer.upstream).toBe("two");
    expect((await answer.row()).state).toBe("completed");
  });

  test("are known though the label comes alone, byte by byte", async () => {
    const bytes = [...new TextEncoder().encode(stream.join(""))].map((byte) => Uint8Array.of(byte));
    lab.one.script([says({ type }, ...bytes)]);
    const answer = await lab.ask("both");
    expect(answer.text).toBe(stream.join(""));
  });
});

test.each(["text/plain", "application/json", "text/event-stream", null])(
  "an Ollama server's lines labelled %p are lines",
  async (type) => {
    for (const model of ["nat/m", "nboth", "nfull"]) {
      lab.nat.script([
        says(
          { type },
          `${chatLine({ content: "It " })}\n`,
          `${chatLine({ content: "streams." })}\n`,
          lastLine,
        ),
      ]);
      const answer = await lab.ask(model, { path: "/api/chat" });
      expect(answer.upstream).toBe("nat");
      expect(textOf(answer.text)).toBe("It streams.");
      expect(answer.headers.get("content-type")).toStartWith("application/x-ndjson");
      expect(await answer.row()).toMatchObject({ state: "completed", completion_tokens: 2 });
    }
  },
);

// https://github.com/decolua/9router/issues/3492
describe("whole JSON labelled text/event-stream", () => {
  const body = completion({ content: "All at once." });

  test.each([true, false])("passes as the JSON that it is, stream %p", async (streamed) => {
    for (const model of ["one/m", "both", "full"]) {
      lab.one.script([saysWhole(body, { type: "text/event-stream" })]);
      const answer = await lab.ask(model, { stream: streamed });
      expect(answer).toMatchObject({ status: 200, upstream: "one" });
      expect(JSON.parse(answer.text)).toEqual(body);
      expect(answer.headers.get("content-type")).toStartWith("application/json");
      expect(await answer.row()).toMatchObject({
        state: "completed",
        attempts: [{ reason: "served" }],
      });
    }
  });

  test("reaches an Ollama client that streams, as lines", async () => {
    for (const type of ["text/event-stream", "application/json"]) {
      lab.one.script([saysWhole(body, { type })]);
      const answer = await lab.ask("one/m", { path: "/api/chat" });
      expect(textOf(answer.text)).toBe("All at once.");
      expect(documentsOf(answer.text).at(-1)).toMatchObject({ done: true });
      expect(answer.headers.get("content-type")).toStartWith("application/x-ndjson");
    }
  });

  test("that is pretty-printed over many lines is JSON, too", async () => {
    lab.one.script([saysWhole(JSON.stringify(body, null, 2), { type: "text/event-stream" })]);
    const answer = await lab.ask("both");
    expect(answer.upstream).toBe("one");
    expect(JSON.parse(answer.text)).toEqual(body);
  });
});

test("the openai package reads a stream under a wrong label", async () => {
  const client = new OpenAI({ baseURL: `${lab.router.url}/v1`, apiKey: "k", maxRetries: 0 });
  lab.one.script([says({ type: "text/plain" }, ...stream)]);
  let said = "";
  for await (const part of await client.chat.completions.create({
    model: "both",
    messages: [{ role: "user", content: "hi" }],
    stream: true,
  }))
    said += part.choices[0]?.delta.content ?? "";
  expect(said).toBe("It streams.");
});
