// What a row's bodies say, for tokens and for the search; what was read before is not read again.
import { describe, expect, test } from "bun:test";
import { createEntryReader } from "../../../../src/adapters/logs/pipeline/read-entry.ts";
import { readAnswer } from "../../../../src/domain/log/answer-reading.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { captured, logEntry, noon } from "../../../lab/log-entries.ts";

const path = "/v1/chat/completions";
const hourMs = 3_600_000;

interface Message {
  readonly role: string;
  readonly content: string;
}

const system: Message = { role: "system", content: "prompt" };
const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content });

function call(messages: readonly Message[], answer: string, usage: object | null = {}, after = 0) {
  const request = JSON.stringify({ model: "m", messages });
  const response = JSON.stringify({
    choices: [{ message: assistant(answer), finish_reason: "stop" }],
    ...(usage === null ? {} : { usage: { prompt_tokens: 7, completion_tokens: 5, ...usage } }),
  });
  const entry = logEntry({ path, timestamp: noon + after });
  return { entry, bodies: { request: captured(request), response: captured(response) } };
}

describe("the search's texts", () => {
  test("of a conversation are what each turn adds", () => {
    const reader = createEntryReader();
    const first = [system, user("one")];
    const second = [...first, assistant("first"), user("two")];
    const third = [...second, assistant("second"), user("three")];
    expect(reader.read(call(first, "first")).said).toEqual({
      asked: "prompt\none",
      answered: "first",
    });
    expect(reader.read(call(second, "second")).said).toEqual({ asked: "two", answered: "second" });
    expect(reader.read(call(third, "third")).said).toEqual({ asked: "three", answered: "third" });
  });

  test("of a conversation that nobody has seen before go back, bounded", () => {
    const older = [
      user("x".repeat(4_000)),
      assistant("y".repeat(4_000)),
      user("old"),
      assistant("reply"),
    ];
    const { said } = createEntryReader().read(call([...older, user("new")], "said"));
    expect(said.asked).toBe(`new\nreply\nold\n${"y".repeat(4_000)}\n${"x".repeat(88)}`);
  });

  test("of a system prompt are its first row's, and once an hour another's", () => {
    const reader = createEntryReader();
    const read = (question: string, after: number) =>
      reader.read(call([system, user(question)], "said", {}, after)).said.asked;
    expect(read("one", 0)).toBe("prompt\none");
    expect(read("two", 1)).toBe("two");
    expect(read("three", hourMs)).toBe("prompt\nthree");
    expect(read("four", hourMs + 1)).toBe("four");
  });

  test("of what is asked and answered again are every row's", () => {
    const reader = createEntryReader();
    const again = () => reader.read(call([user("the same")], "answer")).said;
    const first = again();
    expect(again()).toEqual(first);
    expect(reader.read(call([user("the same")], "answer", { total_tokens: 1 })).said).toEqual(
      first,
    );
  });

  test("of rows that were lost are new again", () => {
    const reader = createEntryReader();
    reader.read(call([system, user("one")], "said"));
    reader.forgetTexts();
    expect(reader.read(call([system, user("two")], "said")).said.asked).toBe("prompt\ntwo");
  });
});

describe("bodies that come again", () => {
  test("are not read again", () => {
    const reader = createEntryReader();
    const recorded = call([user("asked")], "said");
    const [first, second] = [reader.read(recorded), reader.read(recorded)];
    expect(second.reading).toEqual(first.reading);
    const { parse } = JSON;
    try {
      JSON.parse = () => {
        throw new Error("it is read again");
      };
      expect(reader.read(recorded)).toEqual(first);
    } finally {
      JSON.parse = parse;
    }
  });

  test("count the tokens of their own call", () => {
    const reader = createEntryReader();
    const recorded = call([user("asked")], "said", null);
    const read = (statusCode: number) =>
      reader.read({ ...recorded, entry: logEntry({ path, statusCode }) }).reading.completionTokens;
    expect([read(200), read(500), read(200)]).toEqual([1, null, 1]);
  });
});

test.each([
  ["that the upstream counted", {}],
  ["that are estimated", null],
])("an answer with a very long text has the tokens of all of it, %s", (_, usage) => {
  const recorded = call([user("é".repeat(600_000))], "y".repeat(600_000), usage);
  const { reading, said } = createEntryReader().read(recorded);
  const [request, response] = [
    recorded.bodies.request.chunks[0]!,
    recorded.bodies.response.chunks[0]!,
  ];
  const endpoint = endpointOf("POST", path);
  expect(reading).toEqual(readAnswer({ endpoint, status: 200, request, response }));
  expect(said).toEqual({ asked: "é".repeat(65_536), answered: "y".repeat(65_536) });
});

test("a row says which program asked and its last words, one in flight the program alone", () => {
  const { entry, bodies } = call([system, user("first\nlines")], "said");
  const asked = { ...entry, userAgent: "curl/8.5.0" };
  const read = (state: "completed" | "inflight") =>
    createEntryReader().read({ entry: { ...asked, state }, bodies }).sense;
  expect(read("completed")).toMatchObject({ client: "curl/8.5.0", asked: "first lines" });
  expect(read("inflight")).toMatchObject({ client: "curl/8.5.0", asked: null });
});

describe("a row's thread", () => {
  const first = [system, user("one")];
  const second = [...first, assistant("first"), user("two")];

  test("is that of the call which its conversation continues, each with a key of its own", () => {
    const reader = createEntryReader();
    const [begun, other, continued] = [
      reader.read(call(first, "first")).sense,
      reader.read(call([system, user("another")], "first")).sense,
      reader.read(call(second, "second")).sense,
    ];
    expect(begun.threadId).not.toBeNull();
    expect(continued.threadId).toBe(begun.threadId);
    expect(other.threadId).not.toBe(begun.threadId);
    expect(new Set([begun, other, continued].map(({ turnsKey }) => turnsKey)).size).toBe(3);
    expect(continued.turnsKey).toMatch(/^[0-9a-f]{16}$/);
  });

  test("is its user's own, though the body was read before", () => {
    const reader = createEntryReader();
    const { entry, bodies } = call(first, "first");
    const of = (authUser: string | null) =>
      reader.read({ entry: { ...entry, authUser }, bodies }).sense.threadId;
    const ids = [of("mara"), of("noor"), of(null)];
    expect(new Set(ids).size).toBe(3);
    expect(of("mara")).toBe(ids[0]!);
  });

  test("is its session's from the start, whatever is asked", () => {
    const reader = createEntryReader();
    const { entry, bodies } = call(first, "first");
    const asked = { ...entry, requestHeaders: [["x-smolrouter-thread", "chapter 4"]] as const };
    const inFlight = reader.read({
      entry: { ...asked, state: "inflight" },
      bodies: { request: null, response: null },
    });
    const ended = reader.read({ entry: asked, bodies });
    expect(inFlight.sense.threadId).not.toBeNull();
    expect(ended.sense.threadId).toBe(inFlight.sense.threadId);
    expect(ended.sense.threadId).not.toBe(reader.read({ entry, bodies }).sense.threadId);
  });

  test("is missing where nothing is said, as with embeddings", () => {
    const reader = createEntryReader();
    const request = captured(JSON.stringify({ model: "m", input: "one" }));
    const entry = logEntry({ path: "/v1/embeddings" });
    const { sense } = reader.read({ entry, bodies: { request, response: null } });
    expect(sense).toMatchObject({ threadId: null, turnsKey: null });
  });

  test("is missing for completions of a text, which editors ask for with every key, unless a header names one", () => {
    const reader = createEntryReader();
    const request = captured(JSON.stringify({ model: "m", prompt: "const one =" }));
    for (const path of ["/v1/completions", "/api/generate"]) {
      const entry = logEntry({ path });
      const { sense } = reader.read({ entry, bodies: { request, response: null } });
      expect(sense).toMatchObject({ threadId: null, turnsKey: null, asked: "const one =" });
      const requestHeaders = [["x-session-id", "s"]] as const;
      const named = { ...entry, requestHeaders };
      const own = reader.read({ entry: named, bodies: { request, response: null } });
      expect(own.sense.threadId).not.toBeNull();
    }
  });

  test("is that of the answer it names; its key is of all turns where these are known", () => {
    const reader = createEntryReader();
    const message = (role: string, content: string) => ({ type: "message", role, content });
    const read = (request: object, id: string, replayed: object | null = null) =>
      reader.read({
        entry: logEntry({ path: "/v1/responses" }),
        bodies: {
          request: captured(JSON.stringify(request)),
          response: captured(JSON.stringify({ id, object: "response", output: [] })),
          ...(replayed === null
            ? {}
            : {
                kept: {
                  owner: "mara",
                  upstream: null,
                  request: new TextEncoder().encode(JSON.stringify(replayed)),
                },
              }),
        },
      }).sense;
    const begun = read({ input: "one" }, "resp_1");
    const all = {
      input: [message("user", "one"), message("assistant", "first"), message("user", "yes")],
    };
    const added = { previous_response_id: "resp_1", input: "yes" };
    const continued = read(added, "resp_2", all);
    const alone = read({ input: "yes" }, "resp_3");
    const again = read({ previous_response_id: "resp_2", input: "yes" }, "resp_4");
    expect(continued.threadId).toBe(begun.threadId);
    expect(again.threadId).toBe(begun.threadId);
    expect(alone.threadId).not.toBe(begun.threadId);
    expect(continued.turnsKey).toBe(read(all, "resp_5").turnsKey);
    expect(again.turnsKey).toBe(alone.turnsKey);
  });
});

test("an answer that was cut, or whose model had to be loaded, says so", () => {
  const entry = logEntry({ path: "/api/chat" });
  const request = captured(JSON.stringify({ model: "m", messages: [user("go on")] }));
  const last = { done: true, done_reason: "length", load_duration: 9_000_000_000 };
  const response = captured(
    ...[{ message: assistant("and on"), done: false }, last].map(
      (line) => `${JSON.stringify({ model: "m", ...line })}\n`,
    ),
  );
  const { sense } = createEntryReader().read({ entry, bodies: { request, response } });
  expect(sense.warnings).toEqual(["reply_cut", "slow_load"]);
});
