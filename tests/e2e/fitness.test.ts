// `require`: an answer that falls short is a failed attempt, whatever its client's protocol and its server's, streamed or whole.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { FakeModel, Script } from "../../src/adapters/fake-model/fake-model.ts";
import { startRouter, type TestRouter, withRouter } from "../lab/start-router.ts";

let chat: FakeModel;
let ollama: FakeModel;
let router: TestRouter;
const good = '{"items":[{"price":1}]}';
const bad = '{"items":[{"price":1},{"price":"2"}]}';
const schema = {
  type: "object",
  properties: {
    items: { type: "array", items: { type: "object", properties: { price: { type: "number" } } } },
  },
};

/** What each model says. */
const says: Readonly<Record<string, string>> = {
  good,
  bad,
  empty: "",
  prose: "Here you are!",
  fenced: `\`\`\`json\n${good}\n\`\`\``,
};

const answerOf: Script = ({ fields }) => ({
  kind: "answer",
  content: says[String(fields["model"])] ?? "?",
});

beforeAll(async () => {
  const models = Object.keys(says);
  chat = await startFakeModel({ name: "chat", models, kind: "openai" });
  ollama = await startFakeModel({ name: "ollama", models, kind: "ollama" });
  for (const fake of [chat, ollama]) fake.script(answerOf);
  const alias = (name: string, instances: string, more = "") =>
    `  ${name}: { require: [content, json, schema], instances: [${instances}]${more} }\n`;
  router = await startRouter({
    env: { SSE_KEEPALIVE: "0" },
    routes: `
servers:
  chat: "${chat.url}"
  ollama: { url: "${ollama.url}", type: ollama, speaks: { chat: translate } }
aliases:
${alias("rescued", "chat/bad, ollama/good")}${alias("back", "ollama/bad, chat/good")}${alias("none", "chat/bad, ollama/prose")}${alias("raced", "chat/bad, ollama/good", ", race_after: 0.05")}${alias("one", "chat/bad")}${alias("empty", "chat/empty, ollama/good")}${alias("fenced", "chat/fenced, ollama/good", ", strip_json_markdown: true")}`,
  });
});
afterAll(async () => {
  await router.stop();
  await Promise.all([chat.stop(), ollama.stop()]);
});

const messages = [{ role: "user", content: "Prices" }];
const fronts: readonly (readonly [path: string, body: object])[] = [
  [
    "/v1/chat/completions",
    { messages, response_format: { type: "json_schema", json_schema: { name: "x", schema } } },
  ],
  [
    "/v1/responses",
    { input: "Prices", text: { format: { type: "json_schema", name: "x", schema } } },
  ],
  [
    "/v1/messages",
    { messages, max_tokens: 99, output_config: { format: { type: "json_schema", schema } } },
  ],
  ["/api/chat", { messages, format: schema }],
  ["/api/generate", { prompt: "Prices", format: schema }],
];
const ways = fronts.flatMap(([path, body]) =>
  [true, false].map((stream) => [path, stream, body] as const),
);

const lastRow = async () => (await router.rows())[0]!;
const wrong = "the answer does not match the request's schema: `/items/1/price` must be a number";

describe.each(ways)("a call of %s, streamed: %p", (path, stream, body) => {
  test.each(["rescued", "back"])("gets the next candidate's answer (%s)", async (model) => {
    const answer = await router.post(path, { model, stream, ...body });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-smolrouter-attempts")).toBe("2");
    expect(text).not.toContain('\\"2\\"');
    const { attempts, state, warnings } = await lastRow();
    expect(state).toBe("completed");
    expect(warnings).toEqual([]);
    expect(attempts.map(({ reason, error }) => [reason, error])).toEqual([
      ["unfit", wrong],
      ["served", null],
    ]);
  });

  test("learns by 502 and a code that no candidate's answer is fit", async () => {
    const answer = await router.post(path, { model: "none", stream, ...body });
    const said: unknown = await answer.json();
    expect(answer.status).toBe(502);
    const last = "no fit answer; the last, of upstream ollama: the answer's text is not JSON";
    if (path.startsWith("/api/")) expect(said).toEqual({ error: last });
    else
      expect(said).toMatchObject({
        error: {
          message: last,
          ...(path === "/v1/messages"
            ? { type: "api_error" }
            : { code: "unfit_answer", type: "upstream_error" }),
          attempts: [
            { upstream: "chat", reason: "unfit", error: wrong },
            { upstream: "ollama", reason: "unfit" },
          ],
        },
      });
    expect(await lastRow()).toMatchObject({
      state: "failed",
      status_code: 502,
      error_message: last,
    });
  });
});

const ask = (model: string, more: object = {}) =>
  router.post("/v1/chat/completions", { model, ...fronts[0]?.[1], ...more });

test("a lone candidate's answer is not passed on either, and its server counts as healthy", async () => {
  for (let time = 0; time < 4; time++) {
    const answer = await ask("one");
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({
      error: { code: "unfit_answer", attempts: [{ reason: "unfit", status: 200 }] },
    });
  }
  const { upstreams } = (await (await fetch(`${router.url}/api/upstreams`)).json()) as {
    upstreams: readonly {
      readonly name: string;
      readonly failures: number;
      readonly state: string;
    }[];
  };
  for (const { failures, state } of upstreams) expect([failures, state]).toEqual([0, "well"]);
});

test("an empty answer is not fit, whatever was asked for", async () => {
  const answer = await ask("empty", { response_format: undefined });
  expect([answer.status, answer.headers.get("x-smolrouter-upstream")]).toEqual([200, "ollama"]);
});

test("it is judged as its client gets it: without the fence that a cleaner takes away", async () => {
  const answer = await ask("fenced");
  expect(answer.headers.get("x-smolrouter-attempts")).toBe("1");
  expect(await answer.json()).toMatchObject({ choices: [{ message: { content: good } }] });
});

test.each([
  [
    { $ref: "http://127.0.0.1:1/x" },
    'its $ref "http://127.0.0.1:1/x" leads out of it, and nothing is fetched',
  ],
  [{ type: "objekt" }, "its `type` is not one of JSON Schema"],
  [
    { properties: { items: { pattern: "(?!x)" } } },
    'its pattern "(?!x)" has no form that takes linear time',
  ],
])(
  "a schema that cannot be used lets the answer through, and the row says so: %j",
  async (odd, why) => {
    for (const stream of [true, false]) {
      const how = { type: "json_schema", json_schema: { name: "x", schema: odd } };
      const answer = await ask("rescued", { stream, response_format: how });
      expect([answer.status, answer.headers.get("x-smolrouter-attempts")]).toEqual([200, "1"]);
      await answer.text();
      const row = await lastRow();
      expect(row).toMatchObject({ state: "completed", warnings: [`not_judged: ${why}`] });
      const page = await (await fetch(`${router.url}/request/${row.id}`)).text();
      expect(page).toContain("The answer was not checked as the routes file requires: ");
    }
  },
);

test("a stream whose head went out by a ping learns it by an error event, and never ends properly", async () => {
  const gate = createGate();
  chat.script(() => ({ kind: "answer", content: bad, gate }));
  const routes = `aliases: { one: { require: [json, schema], instances: [{ url: "${chat.url}", model: bad }] } }`;
  await withRouter({ routes, env: { SSE_KEEPALIVE: "0.05" } }, async (pinging) => {
    const body = { model: "one", stream: true, ...fronts[0]?.[1] };
    const reader = (await pinging.post("/v1/chat/completions", body)).body!.getReader();
    const first = await reader.read();
    expect(new TextDecoder().decode(first.value)).toStartWith(": ping");
    gate.open();
    let text = "";
    for (let got = await reader.read(); !got.done; got = await reader.read())
      text += new TextDecoder().decode(got.value);
    expect(text).toContain('"code":"unfit_answer"');
    expect(text).toContain('"status":502');
    expect(text).not.toContain("[DONE]");
  });
  chat.script(answerOf);
});

test("whoever was let go for an answer that is not fit is asked again", async () => {
  const [gate, never] = [createGate(), createGate()];
  chat.script(() => ({ kind: "answer", content: bad, gate }));
  const calls = ollama.calls().length;
  let asked = 0;
  ollama.script(({ isCall }) =>
    isCall
      ? { kind: "answer", content: good, ...(asked++ === 0 ? { gate: never } : {}) }
      : undefined,
  );
  const coming = ask("raced", { stream: true });
  await ollama.waitForRequest(calls + 1);
  gate.open();
  const answer = await coming;
  expect(await answer.text()).toContain(JSON.stringify(good).slice(1, -1));
  const { attempts } = await lastRow();
  expect(attempts.map(({ upstream, reason }) => [upstream, reason])).toEqual([
    ["chat", "unfit"],
    ["ollama", "outrun"],
    ["ollama", "served"],
  ]);
  for (const fake of [chat, ollama]) fake.script(answerOf);
});
