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

test.each<[string, unknown]>([
  ["/v1/embeddings", { model: "m", input: "a" }],
  ["/v1/completions", { model: "m", prompt: "a" }],
  ["/api/embed", { model: "m", input: "a" }],
  ["/v1/chat/completions", [1]],
  ["/v1/messages", { model: "m" }],
])("%s of %j is no conversation", (path, body) => {
  expect(asked(path, body)).toBeNull();
});
