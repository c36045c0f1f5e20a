// What Ollama's clients send and read, before a server that speaks /v1 only.
import { describe, expect, test } from "bun:test";
import { documentsOf, useFieldLab } from "../lab/field-lab.ts";
import { chunk, completion, done, event, finish, says, saysWhole, text } from "../lab/sayings.ts";

const lab = useFieldLab();

const post = async (path: string, body: object) => {
  const answer = await lab.router.post(path, body);
  return {
    status: answer.status,
    headers: answer.headers,
    json: (await answer.json()) as Record<string, unknown>,
  };
};

// https://github.com/ollama/ollama-js/issues/68
test("an image as a data: URL in images is carried, and an http URL refused in words", async () => {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
  const chat = (image: string) =>
    post("/api/chat", {
      model: "one/m",
      stream: false,
      messages: [{ role: "user", content: "what?", images: [image] }],
    });
  expect((await chat(`data:image/png;base64,${png}`)).status).toBe(200);
  expect(JSON.stringify(lab.one.calls().at(-1)?.json)).toContain(`data:image/png;base64,${png}`);
  const refused = await chat("http://images.example/x.png");
  expect(refused.status).toBe(400);
  expect(refused.json["error"]).toBeString();
});

// https://github.com/BerriAI/litellm/issues/11273
test("a list as content on /api/chat gets 400 in words", async () => {
  const { status, json } = await post("/api/chat", {
    model: "one/m",
    messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
  });
  expect(status).toBe(400);
  expect(json["error"]).toBeString();
  expect(lab.one.calls()).toHaveLength(0);
});

// https://github.com/BerriAI/litellm/issues/16272
test("Mistral's thinking parts go to thinking, text parts to content", async () => {
  const parts = (...content: readonly object[]): string => event(chunk({ content }));
  lab.one.script([
    says(
      {},
      parts({ type: "thinking", thinking: [{ type: "text", text: "Hm. " }] }),
      parts({ type: "thinking", thinking: [{ type: "text", text: "So." }] }),
      text("Yes."),
      finish(),
      done,
    ),
  ]);
  const answer = await lab.ask("one/m", { path: "/api/chat", more: { think: true } });
  const messages = documentsOf(answer.text).map(({ message }) => message);
  expect(messages.map((message) => message?.thinking ?? "").join("")).toBe("Hm. So.");
  expect(messages.map((message) => message?.content ?? "").join("")).toBe("Yes.");
});

// https://github.com/BerriAI/litellm/issues/42426
test("encoding_format: base64, every SDK's default, passes as it is", async () => {
  const body = {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: "AACAPwAAAEA=" }],
    model: "m",
  };
  lab.one.script([saysWhole(body)]);
  const { status, json } = await post("/v1/embeddings", {
    model: "one/m",
    input: "hi",
    encoding_format: "base64",
  });
  expect(status).toBe(200);
  expect(json).toEqual(body);
  expect(lab.one.calls().at(-1)?.json).toMatchObject({ encoding_format: "base64" });
});

// https://github.com/home-assistant/core/issues/164762
describe("keep_alive", () => {
  test.each([-1, 0, "0s", "5m", "-1"])(
    "%j without messages is answered as load or unload",
    async (keep) => {
      for (const [path, more] of [
        ["/api/chat", { messages: [] }],
        ["/api/generate", {}],
      ] as const) {
        const { status, json } = await post(path, {
          model: "one/m",
          keep_alive: keep,
          stream: false,
          ...more,
        });
        expect(status).toBe(200);
        expect(json).toMatchObject({
          done: true,
          done_reason: keep === 0 || keep === "0s" ? "unload" : "load",
        });
      }
      expect(lab.one.calls()).toHaveLength(0);
    },
  );

  test("with messages is named among what was dropped", async () => {
    const { headers } = await post("/api/chat", {
      model: "one/m",
      keep_alive: -1,
      stream: false,
      messages: [{ role: "user", content: "hi" }],
    });
    expect(headers.get("x-smolrouter-dropped")).toContain("keep_alive");
    expect((await lab.rowOf(headers)).dropped).toContain("keep_alive");
  });
});

// https://github.com/taketwo/llm-ollama/issues/65
test("/api/show has the field model_info, whoever serves the model", async () => {
  for (const model of ["one/m", "nat/m", "both"]) {
    const { status, json } = await post("/api/show", { model });
    expect(status).toBe(200);
    expect(json["model_info"]).toBeObject();
  }
});

test("a whole answer's empty content and a missing one are both an empty text", async () => {
  for (const message of [{ content: null }, { content: "" }]) {
    lab.one.script([saysWhole(completion(message))]);
    const { json } = await post("/api/chat", {
      model: "one/m",
      stream: false,
      messages: [{ role: "user", content: "hi" }],
    });
    expect(json).toMatchObject({ message: { content: "" }, done: true });
  }
});
