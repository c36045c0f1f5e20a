// The size of a request as far as it is text.
import { expect, test } from "bun:test";
import { promptBytes } from "../../../../src/domain/protocols/neutral/prompt-bytes.ts";

const picture = (length: number) => ({
  type: "image",
  source: { type: "base64", media_type: "image/png", data: "A".repeat(length) },
});
const user = (content: unknown) => ({ messages: [{ role: "user", content }] });

test.each<[string, object, number]>([
  ["text counts as it is", user("hello"), 10_000],
  ["a picture weighs what one usually does", user([picture(9_000)]), 7_000],
  [
    "in a tool's result, too",
    user([{ type: "tool_result", content: [picture(9_000)] }, picture(9_000)]),
    4_000,
  ],
  [
    "a data URL in any protocol is a picture, too",
    user([{ type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(8_978)}` } }]),
    7_000,
  ],
  ["a link is text", user([{ type: "image", source: { type: "url", url: "http://a" } }]), 10_000],
  ["data of another kind is text", user([{ source: { type: "text", data: "A" } }]), 10_000],
])("%s", (_what, request, bytes) => {
  expect(promptBytes(request as Record<string, unknown>, 10_000)).toBe(bytes);
});

test("a body nested without end exhausts nothing", () => {
  let content: unknown = [picture(9_000)];
  for (let at = 0; at < 20_000; at++) content = [{ content }];
  expect(promptBytes(user(content), 10_000)).toBe(10_000);
});
