// A whole answer sent to a client that already reads a stream.
import { expect, test } from "bun:test";
import { wholeAsEvents } from "../../../src/domain/protocols/whole-as-events.ts";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";

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
    "a message becomes its blocks in pieces, digits and order kept, of what nobody knows nothing lost",
    "anthropic-messages",
    '{"id":"msg_1","type":"message","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"text","text":"hi","citations":[{"cited_text":"x","n":1.0}]},{"type":"tool_use","id":"t","name":"f","input":{"2":1.0,"1":12345678901234567890}},{"type":"redacted_thinking","data":"x"}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}',
    [
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":"","citations":[]}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"hi"}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"cited_text":"x","n":1.0}}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":1}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"2\\":1.0,\\"1\\":12345678901234567890}"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":2}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":3,"content_block":{"type":"redacted_thinking","data":"x"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":3}',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":1,"output_tokens":2}}',
      'event: message_stop\ndata: {"type":"message_stop"}',
    ].join("\n\n") + "\n\n",
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
