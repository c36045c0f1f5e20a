import { expect, test } from "bun:test";
import { asChat } from "../../../src/domain/protocols/as-chat.ts";

const asked = (path: string, body: unknown) =>
  asChat({ method: "POST", path, request_body: JSON.stringify(body) });

const conversation = [
  { role: "system", content: "Be brief" },
  { role: "user", content: "Hello" },
];

test("a request of Chat Completions stays as it is", () => {
  const body = { model: "m", messages: conversation, odd: { key: 1 } };
  expect(asked("/v1/chat/completions?key=[redacted]", body)).toEqual(body);
});

test.each<[string, object]>([
  [
    "/v1/messages",
    {
      model: "m",
      max_tokens: 9,
      system: "Be brief",
      messages: [{ role: "user", content: "Hello" }],
    },
  ],
  ["/v1/responses", { model: "m", instructions: "Be brief", input: "Hello" }],
  ["/api/chat", { model: "m", messages: conversation }],
])("a request of %s becomes one", (path, body) => {
  expect(asked(path, body)).toMatchObject({ model: "m", messages: conversation });
});

const messages = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hello" }] };

test("of thinking it says what the client said, and nothing where that was nothing", () => {
  const silent = asked("/v1/messages", messages);
  expect(silent).toMatchObject(messages);
  expect(silent).not.toHaveProperty("chat_template_kwargs");
  const wished = (wish: object) => asked("/v1/messages", { ...messages, ...wish });
  for (const [wish, on] of [
    [{ thinking: { type: "enabled", budget_tokens: 2_048 } }, true],
    [{ thinking: { type: "disabled" } }, false],
    [{ thinking: { type: "adaptive" }, output_config: { effort: "high" } }, true],
  ] as const)
    expect(wished(wish)).toMatchObject({ chat_template_kwargs: { enable_thinking: on } });
});

test.each<[string, unknown]>([
  ["/v1/embeddings", { model: "m", input: "a" }],
  ["/v1/completions", { model: "m", prompt: "a" }],
  ["/api/embed", { model: "m", input: "a" }],
  ["/v1/chat/completions", [1]],
  ["/v1/messages", { model: "m" }],
])("%s of %j is no conversation", (path, body) => {
  expect(asked(path, body)).toBeNull();
});
