// What Responses clients get of servers of other protocols is as Open Responses and OpenAI have it, whatever was asked.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../../../src/domain/call/endpoint.ts";
import { responseFaults } from "../../../lab/open-responses.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { rules, servers } from "./over-any-server.ts";

describe.each(servers)("over %s", (server) => {
  test.each(rules)("%s", (_, run) => run(server, 60));
});

const request = { model: "m", input: "hi", include: ["message.output_text.logprobs"] };
const choice = { index: 0, message: { content: "a" }, finish_reason: "stop" };
const likely = { token: "b", logprob: -2, bytes: null };

test.each<[ProtocolName, JsonRecord]>([
  [
    "openai-chat",
    {
      choices: [
        {
          ...choice,
          logprobs: {
            content: [{ token: "a", logprob: -1, bytes: null, top_logprobs: [likely] }],
          },
        },
      ],
    },
  ],
  [
    "ollama",
    {
      message: { role: "assistant", content: "a" },
      logprobs: [{ token: "a", logprob: -1, top_logprobs: [{ token: "b", logprob: -2 }] }],
      done: true,
    },
  ],
])("tokens of %s have all that clients' schemas want", (server, answer) => {
  const plain = translatedCall("/v1/responses", request, server).whole(answer);
  expect(responseFaults(plain)).toEqual([]);
  expect(plain["output"]).toMatchObject([
    { content: [{ logprobs: [{ token: "a", bytes: [], top_logprobs: [{ token: "b" }] }] }] },
  ]);
  const streamed = translatedCall("/v1/responses", { ...request, stream: true }, server);
  expect(readResponseStream(streamed.wholeText(answer)).response).toEqual(plain);
});
