// What a row keeps of an upstream's answer that the client does not get.
import { expect, test } from "bun:test";
import { upstreamRequestId } from "../../../../src/app/usecases/relay/session.ts";

test.each<[string, readonly (readonly [string, string])[], string | null]>([
  ["OpenAI's name", [["x-request-id", "req-1"]], "req-1"],
  ["Anthropic's name", [["request-id", "req-2"]], "req-2"],
  [
    "the usual one where it has both",
    [
      ["request-id", "req-2"],
      ["x-request-id", "req-1"],
    ],
    "req-1",
  ],
  ["none", [["content-type", "text/plain"]], null],
])("an upstream's own id of a request is kept by %s", (_, headers, id) => {
  expect(upstreamRequestId(headers)).toBe(id);
});
