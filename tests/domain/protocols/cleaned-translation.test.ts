// Cleaners on translated answers: the same for every client, whole or as a stream, wherever that is cut.
import { describe, expect, test } from "bun:test";
import { type JsonRecord, textMember } from "../../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import type { CleanPolicy } from "../../../src/domain/cleaning/clean-text.ts";
import { readChatStream } from "../../lab/chat-stream.ts";
import { messageEvents, messageStream, wholeMessage } from "../../lab/messages-answer.ts";
import { translatedCall } from "../../lab/translated-call.ts";
import { corpus } from "../cleaning/corpus.ts";
import { cutAt, policies, randomCuts, seeded, soup } from "../cleaning/cutting.ts";
import { referenceClean } from "../cleaning/reference.ts";
import { readStrictly } from "./anthropic-messages/block-grammar.ts";

interface Said {
  readonly text: string;
  readonly thinking: string;
}

interface Client {
  readonly path: string;
  readonly over: ProtocolName;
  readonly request: JsonRecord;
  read(answer: JsonRecord): Said;
  gathered(stream: string): JsonRecord;
}

const messages = [{ role: "user", content: "Hi" }];

const messagesClient = {
  path: "/v1/messages",
  request: { max_tokens: 9, messages },
  read({ content }: JsonRecord): Said {
    const blocks = content as readonly JsonRecord[];
    const all = (key: string) => blocks.flatMap((block) => (block[key] ?? []) as string);
    return { text: all("text").join(""), thinking: all("thinking").join("\n\n") };
  },
  gathered(stream: string): JsonRecord {
    const { message, complete } = readStrictly(stream);
    expect(complete).toBe(true);
    return message;
  },
};

const chatClient = {
  path: "/v1/chat/completions",
  request: { messages },
  read({ choices }: JsonRecord): Said {
    const [{ message }] = choices as readonly [{ readonly message: JsonRecord }];
    return saidIn(message, "content", "reasoning_content");
  },
  gathered: (stream: string): JsonRecord => ({ choices: [readChatStream(stream)] }),
};

function ollamaClient(path: string, request: JsonRecord, key: string) {
  const holder = (answer: JsonRecord) => (answer["message"] ?? answer) as JsonRecord;
  return {
    path,
    request,
    read: (answer: JsonRecord) => saidIn(holder(answer), key, "thinking"),
    gathered(stream: string): JsonRecord {
      const lines = stream
        .trimEnd()
        .split("\n")
        .map((line) => holder(JSON.parse(line) as JsonRecord));
      const all = (name: string) => lines.map((line) => textIn(line, name)).join("");
      return { [key]: all(key), thinking: all("thinking") };
    },
  };
}

function textIn(holder: JsonRecord, key: string): string {
  return textMember(holder, key) ?? "";
}

function saidIn(holder: JsonRecord, text: string, thinking: string): Said {
  return { text: textIn(holder, text), thinking: textIn(holder, thinking) };
}

const over = (protocol: ProtocolName, client: Omit<Client, "over">): [string, Client] => [
  `${client.path} over ${protocol}`,
  { ...client, over: protocol },
];
const ollamaChat = ollamaClient("/api/chat", { messages }, "content");
const ollamaPrompt = ollamaClient("/api/generate", { prompt: "Hi" }, "response");

const clients: readonly [string, Client][] = [
  over("openai-chat", messagesClient),
  over("anthropic-messages", chatClient),
  over("openai-chat", ollamaChat),
  over("anthropic-messages", ollamaChat),
  over("openai-chat", ollamaPrompt),
];

/** An answer of the server's, whole and in pieces of its text. */
function answers(protocol: ProtocolName, raw: string, own: string, pieces: readonly string[]) {
  if (protocol === "anthropic-messages") {
    const thought = own === "" ? [] : [{ type: "thinking", thinking: own, signature: "s" }];
    const content = [...thought, { type: "text", text: raw }];
    const delta = (text: string) => ({
      type: "content_block_delta",
      index: content.length - 1,
      delta: { type: "text_delta", text },
    });
    const events = messageEvents({ content: [...thought, { type: "text", text: "" }] });
    const stop = events.length - 3;
    const cut = [...events.slice(0, stop), ...pieces.map(delta), ...events.slice(stop)];
    return { whole: wholeMessage({ content }), stream: messageStream(cut) };
  }
  const thought = own === "" ? {} : { reasoning_content: own };
  const message = { role: "assistant", content: raw, ...thought };
  const deltas: readonly JsonRecord[] = [
    ...(own === "" ? [] : [thought]),
    ...pieces.map((content) => ({ content })),
  ];
  const chunks = deltas.map((delta) => ({ choices: [{ index: 0, delta }] }));
  const finish = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
  return {
    whole: { choices: [{ index: 0, message, finish_reason: "stop" }] },
    stream: `${chatText([...chunks, finish])}data: [DONE]\n\n`,
  };
}

const chatText = (events: readonly JsonRecord[]) =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");

function check(
  client: Client,
  policy: CleanPolicy,
  raw: string,
  own: string,
  pieces: readonly string[],
): void {
  const { whole, stream } = answers(client.over, raw, own, pieces);
  const call = (streams: boolean) =>
    translatedCall(client.path, { ...client.request, stream: streams }, client.over, policy);
  const { content, moved } = referenceClean(policy, raw, own);
  const expected = { text: content, thinking: own + moved };
  const plain = call(false).whole(whole);
  const said = client.read(plain);
  expect({ policy, raw, pieces, ...said }).toEqual({ policy, raw, pieces, ...expected });
  const streamed = client.gathered(call(true).stream(stream));
  expect({ raw, pieces, ...client.read(streamed) }).toEqual({ raw, pieces, ...expected });
  const asStream = client.gathered(call(true).wholeText(whole));
  expect({ raw, ...client.read(asStream) }).toEqual({ raw, ...expected });
}

describe.each(clients)("%s", (_, client) => {
  const chance = seeded(7);

  test("any policy, cut anywhere", () => {
    for (const [at, { raw }] of corpus.entries())
      for (const policy of policies.filter((_, index) => (index + at) % 4 === 0)) {
        const own = chance() < 0.3 ? "Own thoughts." : "";
        check(client, policy, raw, own, cutAt(raw, randomCuts(raw, 6, chance)));
      }
  });

  test("whatever stands beside what", () => {
    for (let run = 0; run < 80; run++) {
      const raw = soup(14, chance);
      const policy = policies[run % policies.length];
      const own = chance() < 0.3 ? "Own thoughts." : "";
      if (policy !== undefined)
        check(client, policy, raw, own, cutAt(raw, randomCuts(raw, 6, chance)));
    }
  });

  test("cut at every character", () => {
    for (const { raw } of corpus.filter(({ raw }) => raw.length < 200))
      for (const stripThinking of ["strip", "move"] as const)
        check(
          client,
          { stripThinking, stripJsonMarkdown: true, thinkingPrefilled: false },
          raw,
          "",
          raw.split(""),
        );
  });
});

describe("in Messages", () => {
  const chat = (events: readonly JsonRecord[]) => `${chatText(events)}data: [DONE]\n\n`;
  const delta = (fields: JsonRecord, finish: string | null = null) => ({
    choices: [{ index: 0, delta: fields, finish_reason: finish }],
  });
  const ask = (request: JsonRecord, policy: Partial<CleanPolicy>) =>
    translatedCall(
      "/v1/messages",
      { ...messagesClient.request, ...request },
      "openai-chat",
      policy,
    );
  const blocks = (stream: string) =>
    (messagesClient.gathered(stream)["content"] as readonly JsonRecord[]).map(
      ({ type, text, thinking, name }) => [type, text ?? thinking ?? name],
    );
  const stream = { stream: true };
  const called = { tool_calls: [{ index: 0, id: "c", function: { name: "f", arguments: "{}" } }] };

  test("each train of thought is a block of its own", () => {
    const raw = "<think>a</think>b<think>c</think><think>d</think>e";
    const message = { content: raw, reasoning_content: "own" };
    const whole = { choices: [{ index: 0, message, finish_reason: "stop" }] };
    const expected = [
      ["thinking", "own"],
      ["thinking", "a"],
      ["text", "b"],
      ["thinking", "c"],
      ["thinking", "d"],
      ["text", "e"],
    ];
    const move = { stripThinking: "move" } as const;
    expect(blocks(ask(stream, move).wholeText(whole))).toEqual(expected);
    const cut = [{ reasoning_content: "own" }, ...raw.split("").map((content) => ({ content }))];
    const events = [...cut.map((one) => delta(one)), delta({}, "stop")];
    expect(blocks(ask(stream, move).stream(chat(events)))).toEqual(expected);
  });

  test("a stream's blocks are those of the whole answer, before a call, too", () => {
    const chance = seeded(11);
    for (let run = 0; run < 150; run++) {
      const raw = soup(14, chance);
      const policy = policies[run % policies.length] ?? {};
      const message = { content: raw, ...called };
      const whole = ask({}, policy).whole({
        choices: [{ index: 0, message, finish_reason: "tool_calls" }],
      });
      const pieces = cutAt(raw, randomCuts(raw, 6, chance)).map((content) => delta({ content }));
      const events = [...pieces, delta(called), delta({}, "tool_calls")];
      const streamed = messagesClient.gathered(ask(stream, policy).stream(chat(events)));
      expect({ raw, policy, content: streamed["content"] }).toEqual({
        raw,
        policy,
        content: whole["content"],
      });
    }
  });

  test.each([
    ["enabled", { thinking: { type: "enabled", budget_tokens: 2_000 } }, "hm"],
    ["adaptive", { thinking: { type: "adaptive" } }, "hm"],
    ["hidden", { thinking: { type: "adaptive", display: "omitted" } }, ""],
    ["disabled", { thinking: { type: "disabled" } }, ""],
    ["not spoken of", {}, ""],
  ])("thinking that is %s", (_, request, thinking) => {
    const message = { content: "<think>hm</think>yes" };
    const whole = { choices: [{ index: 0, message, finish_reason: "stop" }] };
    const strip = { stripThinking: "strip" } as const;
    expect(messagesClient.read(ask(request, strip).whole(whole))).toEqual({
      text: "yes",
      thinking,
    });
  });

  test("what may have begun a tag goes out before a call, and before the end", () => {
    const strip = { stripThinking: "strip" } as const;
    const events = [
      delta({ content: "\n" }),
      delta(called),
      delta({ content: " a <thi" }),
      delta({}, "tool_calls"),
    ];
    expect(blocks(ask(stream, strip).stream(chat(events)))).toEqual([
      ["text", "\n"],
      ["tool_use", "f"],
      ["text", " a <thi"],
    ]);
  });

  test("a call waits for no closing tag", () => {
    const strip = { stripThinking: "strip" } as const;
    const events = [delta({ content: "<think>hm</thi" }), delta(called)];
    const sent = ask(stream, strip).stream(chatText(events), [], false);
    expect(sent).toContain('"type":"tool_use"');
    const broken = [delta({ content: "yes <" }), { error: { message: "gone" } }];
    const cut = ask(stream, strip).stream(chatText(broken), [], false);
    expect(cut.indexOf('"text":"<"')).toBeLessThan(cut.indexOf("event: error"));
  });
});

test.each([
  ["/v1/chat/completions", { reasoning_effort: "low" }, "reasoning_content"],
  [
    "/v1/chat/completions",
    { chat_template_kwargs: { enable_thinking: true } },
    "reasoning_content",
  ],
  ["/api/chat", { think: true }, "thinking"],
] as const)("%s with %j gets the thinking that would be stripped", (path, asked, key) => {
  const call = translatedCall(path, { messages, stream: false, ...asked }, "anthropic-messages", {
    stripThinking: "strip",
  });
  const answer = call.whole(
    wholeMessage({ content: [{ type: "text", text: "<think>hm</think>y" }] }),
  );
  expect(JSON.stringify(answer)).toContain(`"${key}":"hm"`);
  const off = translatedCall(path, { messages, stream: false }, "anthropic-messages", {
    stripThinking: "strip",
  });
  expect(
    JSON.stringify(
      off.whole(wholeMessage({ content: [{ type: "text", text: "<think>hm</think>y" }] })),
    ),
  ).not.toContain("hm");
});

test("lines of Ollama's chat go on while the model thinks, and say nothing", () => {
  const call = translatedCall("/api/chat", { messages }, "openai-chat", { stripThinking: "strip" });
  const deltas = ["<think>", "a", "b", "</think>", "yes"];
  const events = deltas.map((content) => ({ choices: [{ index: 0, delta: { content } }] }));
  const contents = call
    .stream(chatText(events), [], false)
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { message: { content: string } }).message.content);
  expect(contents).toEqual(["", "", "", "", "yes"]);
});
