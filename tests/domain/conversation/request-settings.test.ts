// What a request asks for beside its conversation.
import { expect, test } from "bun:test";
import { imageType } from "../../../src/domain/conversation/image-type.ts";
import { offeredTools, parametersOf } from "../../../src/domain/conversation/request-settings.ts";

test("parameters are the fields that are no part of the conversation, in their order", () => {
  const request = {
    model: "m",
    temperature: 0.2,
    messages: [],
    stop: ["a"],
    tools: [],
    tool_choice: "auto",
    context: Array.from({ length: 5_000 }, () => 7),
  };
  const found = parametersOf(request);
  expect(found.slice(0, 3)).toEqual([
    { name: "temperature", value: "0.2" },
    { name: "stop", value: '["a"]' },
    { name: "tool_choice", value: "auto" },
  ]);
  expect(found[3]?.value).toHaveLength(1_001);
});

test.each([
  ["chat's", { type: "function", function: { name: "f", description: "d", parameters: { a: 1 } } }],
  ["Anthropic's", { name: "f", description: "d", input_schema: { a: 1 } }],
  ["Responses'", { type: "function", name: "f", description: "d", parameters: { a: 1 } }],
])("a tool in %s form has its name, description and schema", (_, tool) => {
  expect(offeredTools({ tools: [tool] })).toEqual([
    { name: "f", description: "d", schema: '{"a":1}' },
  ]);
});

test.each([
  [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0], "image/png"],
  [[0xff, 0xd8, 0xff, 0xe0], "image/jpeg"],
  [[...Buffer.from("GIF89a..")], "image/gif"],
  [[...Buffer.from("RIFF"), 1, 255, 3, 0, ...Buffer.from("WEBPVP8 ")], "image/webp"],
  [[...Buffer.from("<svg onload=x>")], null],
  [[...Buffer.from("<html>")], null],
])("%p begin a picture of type %p", (bytes, type) => {
  expect(imageType(Buffer.from(bytes).toString("base64"))).toBe(type);
});
