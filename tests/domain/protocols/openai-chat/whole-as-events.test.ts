// A whole answer sent to a client that already reads a stream.
import { expect, test } from "bun:test";
import { wholeAsEvents } from "../../../../src/domain/protocols/openai-chat/whole-as-events.ts";
import type { ProtocolName } from "../../../../src/domain/call/endpoint.ts";

const reported = (protocol: ProtocolName, answer: string) =>
  new TextDecoder().decode(wholeAsEvents(protocol, new TextEncoder().encode(answer)));

const rows: readonly [string, ProtocolName, string, string][] = [
  [
    "a chat becomes a chunk, digits and order kept",
    "openai-chat",
    '{"id":"a","object":"chat.completion","choices":[{"index":0,"message":{"content":"x","2":1.0,"1":12345678901234567890},"finish_reason":"stop"}],\n"usage":{"total_tokens":3}}',
    'data: {"id":"a","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"x","2":1.0,"1":12345678901234567890},"finish_reason":"stop"}],"usage":{"total_tokens":3}}\n\ndata: [DONE]\n\n',
  ],
  [
    "its calls are counted",
    "openai-chat",
    '{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"arguments":"{}"}},{"index":7,"id":"b"}]}}]}',
    'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}},{"index":7,"id":"b"}]}}]}\n\ndata: [DONE]\n\n',
  ],
  [
    "a completion has its text where a stream has it, too",
    "openai-chat",
    '{"object":"text_completion","choices":[{"text":"x"}]}',
    'data: {"object":"text_completion","choices":[{"text":"x"}]}\n\ndata: [DONE]\n\n',
  ],
  [
    "what is of another kind goes as it is, each line in a field of its own",
    "openai-responses",
    '{\n "id": 1.0\r\n}\n',
    'data: {\ndata:  "id": 1.0\ndata: }\n\n',
  ],
];

test.each(rows)("%s", (_, format, answer, events) => {
  expect(reported(format, answer)).toBe(events);
});
