// What Responses clients get of servers of other protocols is as Open Responses and OpenAI have it, whatever was asked.
import { describe, expect, test } from "bun:test";
import { isRecord, type JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../../../src/domain/call/endpoint.ts";
import { messageEvents, messageStream } from "../../../lab/messages-answer.ts";
import { responseFaults } from "../../../lab/open-responses.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { readSdkTypes } from "../fields/sdk-types.ts";
import { rules, servers } from "./over-any-server.ts";

describe.each(servers)("over %s", (server) => {
  test.each(rules)("%s", (_, run) => run(server, 60));
});

const types = readSdkTypes("openai/resources/responses/responses", "openai/resources/shared");

/** By the text that says which of a union it is. */
function named(union: string, type: unknown): string {
  const found = types.membersOf(union).find((name) => types.typeOf(name) === type);
  if (found === undefined) throw new Error(`${union} has no ${String(type)}`);
  return found;
}

/** What OpenAI's own types have without fail, and is not there. */
function missing(name: string, value: JsonRecord): readonly string[] {
  // The package adds it.
  const required = types.requiredOf(name).filter((key) => key !== "output_text");
  return required.filter((key) => !(key in value)).map((key) => `${name}.${key}`);
}

function missingIn(event: JsonRecord): readonly string[] {
  const { response, item } = event;
  const items = (given: unknown) =>
    (given as readonly JsonRecord[]).flatMap((one) =>
      missing(named("ResponseOutputItem", one["type"]), one),
    );
  const usage = isRecord(response) ? response["usage"] : null;
  const details = (key: string) => (usage as Readonly<Record<string, JsonRecord>>)[key] ?? {};
  return [
    ...missing(named("ResponseStreamEvent", event["type"]), event),
    ...(isRecord(item) ? items([item]) : []),
    ...(isRecord(response) ? [...missing("Response", response), ...items(response["output"])] : []),
    ...(isRecord(usage)
      ? [
          ...missing("ResponseUsage", usage),
          ...missing("ResponseUsage.InputTokensDetails", details("input_tokens_details")),
          ...missing("ResponseUsage.OutputTokensDetails", details("output_tokens_details")),
        ]
      : []),
  ];
}

test("all that OpenAI's own types have without fail is there", () => {
  const call = translatedCall(
    "/v1/responses",
    { model: "m", input: "hi", stream: true, tools: [{ type: "custom", name: "patch" }] },
    "anthropic-messages",
  );
  const input = { input: "x" };
  const stream = messageStream(
    messageEvents({
      content: [
        { type: "thinking", thinking: "hm", signature: "s" },
        { type: "text", text: "So it is." },
        { type: "tool_use", id: "1", name: "patch", input },
        { type: "tool_use", id: "2", name: "look", input },
      ],
      usage: { input_tokens: 1, cache_creation_input_tokens: 2, output_tokens: 3 },
    }),
  );
  const said = call.stream(stream);
  const failed = call.stream(stream.slice(0, 400), [], false) + call.lastWords({ message: "gone" });
  const events = `${said}${failed}`
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)) as JsonRecord);
  expect(new Set(events.flatMap(missingIn))).toEqual(new Set());
  expect(readResponseStream(said).response["usage"]).toMatchObject({
    input_tokens: 3,
    input_tokens_details: { cache_write_tokens: 2, cached_tokens: 0 },
  });
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
