// A stream as a server that speaks Responses sends it: reasoning, a text, two calls, and its end.
import { translatedCall } from "./translated-call.ts";

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const call = (index: number, name: string, given: string) => ({
  tool_calls: [{ index, id: `call_${index}`, function: { name, arguments: given } }],
});

/** @param words of its text, each an event */
export function responsesStream(...words: readonly string[]): string {
  const request = {
    model: "m",
    input: "hi",
    stream: true,
    metadata: { n: "12345678901234567890" },
  };
  const said = [
    chunk({ reasoning_content: "hm" }),
    ...words.map((content) => chunk({ content })),
    chunk(call(0, "read", '{"n":1.0}')),
    chunk(call(1, "write", "{}")),
    chunk({}, "tool_calls"),
  ];
  const stream = translatedCall("/v1/responses", request, "openai-chat").stream(said.join(""));
  // OpenAI's own do not end so.
  return stream.replace("data: [DONE]\n\n", "");
}
