// Chats read into the neutral form: nothing of them vanishes, and they can be written as chats again.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { chatClientCodec } from "../../../../src/domain/protocols/openai-chat/client-codec.ts";
import { chatUpstreamCodec } from "../../../../src/domain/protocols/openai-chat/codec.ts";
import { serverTraits } from "../../../../src/domain/protocols/server-traits.ts";
import { anthropicRefusal } from "../../../lab/anthropic-checker.ts";
import { madeBy, sentTo } from "../../../lab/made-by.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { asRead, asReceived } from "../ollama/written.ts";
import { anyChatRequest } from "./any-chat-request.ts";

const hi = { role: "user", content: "hi" };
const tool = { type: "function", function: { name: "look", parameters: { type: "object" } } };

function toMessages(request: JsonRecord) {
  return translatedCall("/v1/chat/completions", request, "anthropic-messages");
}

/** A use of each member of the API's request. */
const uses: JsonRecord = {
  messages: [{ role: "system", content: "a" }, hi],
  model: "m",
  audio: { voice: "a", format: "wav" },
  frequency_penalty: 1,
  function_call: { name: "look" },
  functions: [{ name: "look" }],
  logit_bias: { "1": 1 },
  logprobs: true,
  max_completion_tokens: 5,
  max_tokens: 5,
  metadata: { a: "b" },
  modalities: ["audio"],
  moderation: { model: "m" },
  n: 2,
  parallel_tool_calls: false,
  prediction: { type: "content", content: "a" },
  presence_penalty: 1,
  prompt_cache_key: "a",
  prompt_cache_options: { a: 1 },
  prompt_cache_retention: "24h",
  reasoning_effort: "low",
  response_format: { type: "json_object" },
  safety_identifier: "a",
  seed: 1,
  service_tier: "flex",
  stop: "a",
  store: true,
  stream: true,
  stream_options: { include_obfuscation: true },
  temperature: 0.5,
  tool_choice: "required",
  tools: [tool],
  top_logprobs: 2,
  top_p: 0.5,
  user: "a",
  verbosity: "low",
  web_search_options: { search_context_size: "low" },
};

/** What a use needs beside it. */
const beside: Readonly<Record<string, JsonRecord>> = {
  tool_choice: { tools: [tool] },
  parallel_tool_calls: { tools: [tool] },
  function_call: { functions: [{ name: "look" }] },
  top_logprobs: { logprobs: true },
};

/** The members of the request, by the types of OpenAI's own library. */
async function documented(): Promise<readonly string[]> {
  const types = await Bun.file(
    new URL(
      "../../../../node_modules/openai/resources/chat/completions/completions.d.ts",
      import.meta.url,
    ),
  ).text();
  const from = types.indexOf("export interface ChatCompletionCreateParamsBase");
  const body = types.slice(from, types.indexOf("\n}", from));
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name]) => name ?? "");
}

test("every member that OpenAI documents has its use here", async () => {
  const names = await documented();
  expect(names.length).toBeGreaterThan(30);
  expect(names.toSorted()).toEqual(Object.keys(uses).toSorted());
});

describe("every member goes to Anthropic, is named, or makes the call one that it cannot serve", () => {
  test.each(Object.keys(uses).filter((name) => name !== "model"))("%s", (name) => {
    const without = { messages: [hi], ...beside[name] };
    const bare = toMessages(without);
    const used = toMessages({ ...without, [name]: uses[name] });
    if (used.cannot !== null) {
      expect(used.cannot).toContain(name);
      return;
    }
    const changes = JSON.stringify(used.sent) !== JSON.stringify(bare.sent);
    const named = used.dropped.some((path) => path === name || path.startsWith(`${name}.`));
    expect(changes || named).toBe(true);
    expect(anthropicRefusal(used.sent)).toBeNull();
  });
});

const call = chatClientCodec.call(endpointOf("POST", "/v1/chat/completions"));

/** A chat's request by way of the neutral form, as a chat's again. */
function again(request: JsonRecord): JsonRecord {
  const reading = call?.readRequest(asReceived(request));
  if (reading?.kind !== "request") throw new Error(JSON.stringify(reading));
  const written = chatUpstreamCodec.writeRequest(
    reading.request,
    "m",
    serverTraits("http://10.0.0.9:8000"),
    sentTo(madeBy("openai-chat")),
  );
  if (written.kind !== "request") throw new Error(written.field);
  return asRead(written.body);
}

test("written as a chat again, once and for all", () => {
  const withoutFiles = (request: JsonRecord) => !JSON.stringify(request).includes('"file"');
  fc.assert(
    fc.property(anyChatRequest.filter(withoutFiles), (request) => {
      const once = again(request);
      expect(again(once)).toEqual(once);
      expect(once["tools"]).toEqual(request["tools"]);
    }),
    { numRuns: 200 },
  );
});

test.each(["/v1/completions", "/v1/embeddings", "/v1/models", "/v1/images/generations"])(
  "%s has no counterpart in other protocols",
  (path) => {
    expect(chatClientCodec.call(endpointOf("POST", path))).toBeNull();
  },
);
