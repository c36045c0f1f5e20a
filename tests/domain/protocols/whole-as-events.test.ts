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
    "a response becomes its items in pieces, digits and order kept",
    "openai-responses",
    '{"id":"resp_1","object":"response","status":"completed","2":1.0,"1":12345678901234567890,"output":[{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":"{}","status":"completed"},{"id":"x_1","type":"unheard_of","n":1.0}],"usage":{"input_tokens":1}}',
    [
      'event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","2":1.0,"1":12345678901234567890,"output":[],"usage":null}}',
      'event: response.in_progress\ndata: {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_1","object":"response","status":"in_progress","2":1.0,"1":12345678901234567890,"output":[],"usage":null}}',
      'event: response.output_item.added\ndata: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":"","status":"in_progress"}}',
      'event: response.function_call_arguments.delta\ndata: {"type":"response.function_call_arguments.delta","sequence_number":3,"item_id":"fc_1","output_index":0,"delta":"{}"}',
      'event: response.function_call_arguments.done\ndata: {"type":"response.function_call_arguments.done","sequence_number":4,"item_id":"fc_1","output_index":0,"arguments":"{}"}',
      'event: response.output_item.done\ndata: {"type":"response.output_item.done","sequence_number":5,"output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":"{}","status":"completed"}}',
      'event: response.output_item.added\ndata: {"type":"response.output_item.added","sequence_number":6,"output_index":1,"item":{"id":"x_1","type":"unheard_of","n":1.0}}',
      'event: response.output_item.done\ndata: {"type":"response.output_item.done","sequence_number":7,"output_index":1,"item":{"id":"x_1","type":"unheard_of","n":1.0}}',
      'event: response.completed\ndata: {"type":"response.completed","sequence_number":8,"response":{"id":"resp_1","object":"response","status":"completed","2":1.0,"1":12345678901234567890,"output":[{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":"{}","status":"completed"},{"id":"x_1","type":"unheard_of","n":1.0}],"usage":{"input_tokens":1}}}',
      "data: [DONE]",
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
