// Numbers and the order of keys are carried as text on translated calls, never through floating point.
import { describe, expect, test } from "bun:test";
import { useFieldLab } from "../lab/field-lab.ts";
import { chunk, completion, done, event, finish, says, saysWhole } from "../lab/sayings.ts";

const lab = useFieldLab();

/** Nothing of this survives JSON.parse and JSON.stringify. */
const wild =
  '{"channel": 1234567890123456789, "one": 1.0, "huge": 1e400, "b": 1, "2": "x", "1": "y", "zero": -0}';
const bodyOf = (call: number): string => new TextDecoder().decode(lab.one.calls().at(call)?.body);

// https://github.com/NousResearch/hermes-agent/pull/55315
describe("a tool call's arguments keep digits and order", () => {
  const calls = [
    { index: 0, id: "a", type: "function", function: { name: "send", arguments: wild } },
  ];

  test("in a whole answer", async () => {
    lab.one.script([saysWhole(completion({ tool_calls: calls }))]);
    const { text } = await lab.ask("one/m", { path: "/api/chat", stream: false });
    expect(text).toContain(wild);
  });

  test("in a whole answer that has an object there", async () => {
    const body = JSON.stringify(
      completion({
        tool_calls: [{ id: "a", type: "function", function: { name: "send", arguments: "@" } }],
      }),
    );
    lab.one.script([saysWhole(body.replace('"@"', wild))]);
    const { text } = await lab.ask("one/m", { path: "/api/chat", stream: false });
    expect(text).toContain(wild);
  });

  test.each([1, 2, 7, 40])("in a stream, in pieces of %i letters", async (size) => {
    const pieces = wild.match(new RegExp(`.{1,${size}}`, "g")) ?? [];
    lab.one.script([
      says(
        {},
        event(chunk({ tool_calls: [{ ...calls[0], function: { name: "send", arguments: "" } }] })),
        ...pieces.map((piece) =>
          event(chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
        ),
        finish("tool_calls"),
        done,
      ),
    ]);
    const { text } = await lab.ask("one/m", { path: "/api/chat" });
    expect(text).toContain(wild);
  });

  test("in a stream that is gathered for stream: false", async () => {
    lab.one.script([says({}, event(chunk({ tool_calls: calls })), finish("tool_calls"), done)]);
    const { text } = await lab.ask("one/m", { path: "/api/chat", stream: false });
    expect(text).toContain(wild);
  });

  test("in whole JSON sent as a stream", async () => {
    lab.one.script([saysWhole(completion({ tool_calls: calls }))]);
    const { text } = await lab.ask("one/m", { path: "/api/chat" });
    expect(text).toContain(wild);
  });
});

describe("a request keeps digits and order", () => {
  const send = (path: string, fields: string): Promise<Response> =>
    lab.router.post(path, `{"model":"one/m","stream":false,${fields}}`);
  const chat = (fields: string): Promise<Response> =>
    send("/api/chat", `"messages":[{"role":"user","content":"hi"}],${fields}`);

  test("in a tool call of its history", async () => {
    const messages = `"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"send","arguments":${wild}}}]},{"role":"tool","content":"ok"}]`;
    await (await send("/api/chat", messages)).arrayBuffer();
    const sent = lab.one.calls().at(-1)?.fields["messages"] as {
      tool_calls?: { function: { arguments: string } }[];
    }[];
    expect(sent[1]?.tool_calls?.[0]?.function.arguments).toBe(wild);
  });

  test("in a tool call of its history that is a text", async () => {
    const messages = `"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"send","arguments":${JSON.stringify(wild)}}}]},{"role":"tool","content":"ok"}]`;
    await (await send("/api/chat", messages)).arrayBuffer();
    const sent = lab.one.calls().at(-1)?.fields["messages"] as {
      tool_calls?: { function: { arguments: string } }[];
    }[];
    expect(sent[1]?.tool_calls?.[0]?.function.arguments).toBe(wild);
  });

  test.each(["/api/chat", "/api/generate"])("in its options on %s", async (path) => {
    const ask =
      path === "/api/chat" ? '"messages":[{"role":"user","content":"hi"}]' : '"prompt":"hi"';
    await (
      await send(
        path,
        `${ask},"options":{"seed":12345678901234567890,"temperature":1.0,"top_p":0.10}`,
      )
    ).arrayBuffer();
    const sent = bodyOf(-1);
    expect(sent).toMatch(/"seed": ?12345678901234567890[,}]/);
    expect(sent).toMatch(/"temperature": ?1\.0[,}]/);
    expect(sent).toMatch(/"top_p": ?0\.10[,}]/);
  });

  test("in its tools", async () => {
    const schema =
      '{"type":"object","properties":{"b":{"type":"number","maximum":1e400},"2":{"type":"string"},"1":{"type":"integer","minimum":1.0,"maximum":12345678901234567890}}}';
    await (
      await chat(`"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]`)
    ).arrayBuffer();
    expect(bodyOf(-1)).toContain(schema);
  });

  test.each(["/api/chat", "/api/generate"])(
    "in its format on %s, where order steers what the model writes",
    async (path) => {
      const schema =
        '{"type":"object","properties":{"why":{"type":"string"},"2":{"type":"number","maximum":1e400},"1":{"type":"number","minimum":1.0}},"required":["why","2","1"]}';
      const ask =
        path === "/api/chat" ? '"messages":[{"role":"user","content":"hi"}]' : '"prompt":"hi"';
      await (await send(path, `${ask},"format":${schema}`)).arrayBuffer();
      expect(bodyOf(-1)).toContain(schema);
    },
  );

  test("in the log's row, too, as it came and as it went", async () => {
    const answer = await chat(`"options":{"seed":12345678901234567890}`);
    await answer.arrayBuffer();
    expect((await lab.rowOf(answer.headers)).request_body).toContain("12345678901234567890");
  });
});

test("vectors keep their digits", async () => {
  const vector = "[0.1234567890123456789,-0.0,1.0,1e-400]";
  lab.one.script([
    saysWhole(
      `{"object":"list","data":[{"object":"embedding","index":0,"embedding":${vector}}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}`,
    ),
  ]);
  const answer = await lab.router.post("/v1/embeddings", { model: "one/m", input: "hi" });
  expect(await answer.text()).toContain(vector);
});
