// No field of a request vanishes: whatever the makers' own types have, the request upstream is another without it, or
// it is named as dropped, or the server is not asked at all.
import { describe, expect, test } from "bun:test";
import { chatHeldByOthers, chatNamedWhole, chatSamples } from "./chat-samples.ts";
import { fateOf, membersOf, type Route, type Sample, send } from "./field-fate.ts";
import {
  betaNames,
  betaValues,
  messagesSamples,
  namedWhole,
  olderMessagesFields,
  withBlock,
  withTool,
} from "./messages-samples.ts";
import { ollamaChatSamples, ollamaGenerateSamples } from "./ollama-samples.ts";
import {
  responsesHeldByOthers,
  responsesNamedWhole,
  responsesSamples,
  withItem,
  withResponsesTool,
} from "./responses-samples.ts";
import { anthropicRefusal } from "../../../lab/anthropic-checker.ts";
import { chatRefusal } from "../../../lab/chat-checker.ts";
import { ollamaRefusal } from "../../../lab/ollama-checker.ts";
import { responsesRefusal } from "../../../lab/responses-refusal.ts";
import { readSdkTypes } from "./sdk-types.ts";

const overMessages: Readonly<Record<string, Route>> = {
  "a server of one's own": { path: "/v1/messages", type: "openai", url: "http://10.0.0.9:8000" },
  OpenAI: { path: "/v1/messages", type: "openai", url: "https://api.openai.com/v1" },
  Groq: { path: "/v1/messages", type: "openai", url: "https://api.groq.com/openai" },
  Ollama: { path: "/v1/messages", type: "ollama", url: "http://10.0.0.9:11434" },
  "a server of Responses": {
    path: "/v1/messages",
    type: "openai",
    url: "http://10.0.0.9:8000",
    speaks: "responses",
  },
};

const anthropic = readSdkTypes("@anthropic-ai/sdk/resources/messages/messages");
const betas = readSdkTypes("@anthropic-ai/sdk/resources/beta/messages/messages");
const sampledTypes = new Set(messagesSamples.map(({ holds }) => holds["type"]));

/** The members of which nothing is said, although they ask for something. */
function silentIn(sample: Sample, route: Route): readonly string[] {
  return membersOf(sample).filter(
    (key) => sample.quiet?.[key] === undefined && fateOf(sample, key, route).kind === "silent",
  );
}

describe.each(Object.entries(overMessages))("a request of Messages to %s", (_, route) => {
  test.each(
    [...messagesSamples, olderMessagesFields].map((sample) => [sample.of, sample] as const),
  )("each member of %s is heeded or named", (_of, sample) =>
    expect(silentIn(sample, route)).toEqual([]),
  );

  test.each([
    ["ContentBlockParam", anthropic],
    ["BetaContentBlockParam", betas],
  ] as const)("a block of any type of %s is carried, or named by it", (union, types) => {
    for (const name of types.membersOf(union)) {
      const type = types.typeOf(name);
      if (type === null || sampledTypes.has(type)) continue;
      expect(send(withBlock(type), route)).toMatchObject({
        dropped: expect.arrayContaining([`messages.content.${type}`]),
      });
    }
  });

  test.each([
    ["ToolUnion", anthropic],
    ["BetaToolUnion", betas],
  ] as const)("a tool of any type of %s is carried, or named by it", (union, types) => {
    for (const name of types.membersOf(union)) {
      const type = types.typeOf(name);
      if (type === null || type === "custom") continue;
      const sent = send(withTool(type), route);
      const isRun = /^(bash|memory|text_editor|computer)_\d/.test(type);
      const expected = isRun
        ? {
            body: {
              tools: [
                {},
                route.speaks === "responses"
                  ? { type: "function", name: "n" }
                  : { type: "function", function: { name: "n" } },
              ],
            },
          }
        : { dropped: expect.arrayContaining([`tools.${type}`]) };
      expect(sent).toMatchObject(expected);
    }
  });

  test("what a type has as a beta only is heeded or named", () => {
    for (const sample of messagesSamples) {
      const beta = betaNames[sample.of] ?? `Beta${sample.of}`;
      if (!betas.has(beta)) continue;
      const known = [...membersOf(sample), ...membersOf(olderMessagesFields), "betas"];
      const more = betas.keysOf(beta).filter((key) => !known.includes(key));
      const added = Object.fromEntries(more.map((key) => [key, betaValues[key] ?? { a: 1 }]));
      const holds = { ...sample.holds, ...added };
      expect({ beta, silent: silentIn({ ...sample, holds }, route) }).toEqual({ beta, silent: [] });
    }
  });
});

test("what becomes of Messages is a chat as strict servers take it", () => {
  for (const route of [overMessages["a server of one's own"]!, overMessages["Groq"]!])
    for (const { of, holds, in: around } of messagesSamples) {
      const sent = send(around(holds), route);
      if (typeof sent !== "string")
        expect({ of, refusal: chatRefusal(sent.body) }).toEqual({ of, refusal: null });
    }
});

test("what becomes of Messages is what Ollama understands", () => {
  for (const { of, holds, in: around } of messagesSamples) {
    const sent = send(around(holds), overMessages["Ollama"]!);
    if (typeof sent !== "string")
      expect({ of, refusal: ollamaRefusal(sent.body) }).toEqual({ of, refusal: null });
  }
});

test("what becomes of Messages, chats and Ollama's requests is what Responses take", () => {
  const to = overMessages["a server of Responses"]!;
  for (const [path, samples] of [
    ["/v1/messages", messagesSamples],
    ["/v1/chat/completions", chatSamples],
    ["/api/chat", ollamaChatSamples],
    ["/api/generate", ollamaGenerateSamples],
  ] as const)
    for (const { of, holds, alone = {}, in: around } of samples)
      for (const more of [{}, ...Object.entries(alone).map(([key, value]) => ({ [key]: value }))]) {
        const sent = send(around({ ...holds, ...more }), { ...to, path });
        if (typeof sent === "string") continue;
        const refusal = responsesRefusal(sent.body);
        // Not every sample closes its strict schemas, or answers its calls.
        const own = /^(Invalid schema at|No tool output found)/;
        const isOwn = own.test(refusal?.message ?? "");
        if (!isOwn) expect({ of, refusal }).toEqual({ of, refusal: null });
      }
});

describe("the samples of Messages have all that Anthropic's SDK has", () => {
  test.each(messagesSamples.map(({ of, holds }) => [of, holds] as const))("%s", (of, holds) => {
    expect(Object.keys(holds).toSorted()).toEqual([...anthropic.keysOf(of)].toSorted());
  });

  test("no type is missing", () => {
    const sampled = new Set(messagesSamples.map(({ of }) => of));
    const byType = ["ContentBlockParam", "ToolUnion"].flatMap((union) =>
      anthropic.membersOf(union),
    );
    const unless = new Set([...namedWhole, ...byType.filter((name) => !sampled.has(name))]);
    const held = anthropic.heldBy("MessageCreateParamsBase", unless);
    expect(held.filter((name) => !sampled.has(name))).toEqual([]);
  });
});

const toAnthropic: Route = {
  path: "/v1/chat/completions",
  type: "anthropic",
  url: "https://api.anthropic.com",
};

const openai = readSdkTypes(
  "openai/resources/chat/completions/completions",
  "openai/resources/shared",
);

const toResponses: Route = { ...overMessages["a server of Responses"]!, path: toAnthropic.path };

describe.each([
  ["Anthropic", toAnthropic],
  ["a server of Responses", toResponses],
])("a chat to %s", (_, route) => {
  test.each(chatSamples.map((sample) => [sample.of, sample] as const))(
    "each member of %s is heeded or named",
    (_of, sample) => expect(silentIn(sample, route)).toEqual([]),
  );
});

test("what becomes of a chat is what Anthropic takes", () => {
  for (const { of, holds, alone = {}, in: around } of chatSamples)
    for (const more of [{}, ...Object.entries(alone).map(([key, value]) => ({ [key]: value }))]) {
      const sent = send(around({ ...holds, ...more }), toAnthropic);
      if (typeof sent !== "string")
        expect({ of, refusal: anthropicRefusal(sent.body) }).toEqual({ of, refusal: null });
    }
});

/** Fields of the request that have samples of their own. */
const settings = chatSamples.filter(({ of }) => /^[a-z]/.test(of)).flatMap(membersOf);

describe("the samples of chats have all that OpenAI's SDK has", () => {
  const types = chatSamples.filter(({ of }) => /^[A-Z]/.test(of));
  test.each(types.map((sample) => [sample.of, sample] as const))("%s", (of, sample) => {
    const known = openai.keysOf(of);
    const whole = of === "ChatCompletionCreateParamsBase" ? settings : [];
    expect([...membersOf(sample), ...whole].toSorted()).toEqual([...known].toSorted());
  });

  test("no type is missing", () => {
    const sampled = new Set([...chatSamples.map(({ of }) => of), ...chatHeldByOthers]);
    const held = openai.heldBy("ChatCompletionCreateParamsBase", chatNamedWhole);
    expect(held.filter((name) => !sampled.has(name))).toEqual([]);
  });
});

const ollama = readSdkTypes("ollama/browser");

describe.each([
  ["/api/chat", ollamaChatSamples, "ChatRequest"],
  ["/api/generate", ollamaGenerateSamples, "GenerateRequest"],
] as const)("a request of Ollama's to Anthropic by %s", (path, samples, root) => {
  const route: Route = { ...toAnthropic, path };
  test.each(samples.map((sample) => [sample.of, sample] as const))(
    "each member of %s is heeded or named, and all that the package has are there",
    (of, sample) => {
      expect(silentIn(sample, route)).toEqual([]);
      expect(silentIn(sample, { ...toResponses, path })).toEqual([]);
      expect([...membersOf(sample)].toSorted()).toEqual([...ollama.keysOf(of)].toSorted());
    },
  );

  test("no type is missing", () => {
    const sampled = new Set([...ollamaChatSamples, ...ollamaGenerateSamples].map(({ of }) => of));
    expect(ollama.heldBy(root).filter((name) => !sampled.has(name))).toEqual([]);
  });
});

const responsesTypes = readSdkTypes(
  "openai/resources/responses/responses",
  "openai/resources/shared",
);
const overResponses: Readonly<Record<string, Route>> = {
  "a server of one's own": { path: "/v1/responses", type: "openai", url: "http://10.0.0.9:8000" },
  OpenAI: { path: "/v1/responses", type: "openai", url: "https://api.openai.com/v1" },
  Ollama: { path: "/v1/responses", type: "ollama", url: "http://10.0.0.9:11434" },
  Anthropic: { ...toAnthropic, path: "/v1/responses" },
};
const sampledItems = new Set(responsesSamples.map(({ holds }) => holds["type"]));

describe.each(Object.entries(overResponses))("a request of Responses to %s", (_, route) => {
  test.each(responsesSamples.map((sample) => [sample.of, sample] as const))(
    "each member of %s is heeded or named",
    (_of, sample) => expect(silentIn(sample, route)).toEqual([]),
  );

  test.each([
    ["an item", "ResponseInputItem", "input", withItem],
    ["a tool", "Tool", "tools", withResponsesTool],
  ] as const)("%s of any type is carried, or named by it", (_what, union, path, request) => {
    for (const name of responsesTypes.membersOf(union)) {
      const type = responsesTypes.typeOf(name);
      if (type === null || sampledItems.has(type)) continue;
      expect(send(request(type), route)).toMatchObject({
        dropped: expect.arrayContaining([`${path}.${type}`]),
      });
    }
  });
});

test("what becomes of Responses is what each kind of server takes", () => {
  const refusals = {
    "a server of one's own": chatRefusal,
    Ollama: ollamaRefusal,
    Anthropic: anthropicRefusal,
  };
  for (const [name, refusalOf] of Object.entries(refusals))
    for (const { of, holds, alone = {}, in: around } of responsesSamples)
      for (const more of [
        holds,
        ...Object.entries(alone).map(([key, value]) => ({ [key]: value })),
      ]) {
        const sent = send(around(more), overResponses[name]!);
        if (typeof sent !== "string")
          expect({ of, name, refusal: refusalOf(sent.body) }).toEqual({ of, name, refusal: null });
      }
});

describe("the samples of Responses have all that OpenAI's SDK has", () => {
  test.each(responsesSamples.map((sample) => [sample.of, sample] as const))("%s", (of, sample) =>
    expect([...membersOf(sample)].toSorted()).toEqual([...responsesTypes.keysOf(of)].toSorted()),
  );

  test("no type is missing", () => {
    const sampled = new Set([...responsesSamples.map(({ of }) => of), ...responsesHeldByOthers]);
    const byType = ["ResponseInputItem", "Tool"].flatMap((union) =>
      responsesTypes.membersOf(union),
    );
    const unless = new Set([
      ...responsesNamedWhole,
      ...byType.filter((name) => !sampled.has(name)),
    ]);
    const held = responsesTypes.heldBy("ResponseCreateParamsBase", unless);
    expect(held.filter((name) => !sampled.has(name))).toEqual([]);
  });
});
