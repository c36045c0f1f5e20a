// An error is an error wherever an upstream puts it: beside choices, inside one, in a list, in words of its own.
import { describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import { documentsOf, useFieldLab, textOf } from "../lab/field-lab.ts";
import {
  chatLine,
  chunk,
  completion,
  done,
  event,
  lastLine,
  says,
  saysWhole,
  text,
} from "../lab/sayings.ts";

const lab = useFieldLab(
  {},
  () => `
  content-stops: { instances: ["one/m", "two/m"], stop_on: [INVALID_ARGUMENT, "400", NotFoundError, provider_gone] }
`,
);

const ndjson = { type: "application/x-ndjson" } as const;
const gone = { code: 502, message: "provider gone" };
const role = event(chunk({ role: "assistant", content: "" }));

/** Events that say that the answer failed, none with content of its own. */
const failures = {
  // https://github.com/damianvtran/local-operator/pull/223: OpenRouter's documented form
  "an error and finish_reason: error in one chunk": event({
    ...chunk({ content: "" }, "error"),
    error: gone,
  }),
  "an error inside the choice": event(chunk({ content: "" }, null, { error: gone })),
  "an error inside the choice, with finish_reason: error": event(
    chunk({ content: "" }, "error", { error: gone }),
  ),
  "finish_reason: error alone": event(chunk({}, "error")),
  "an error beside an empty list of choices": event({ ...chunk({}), choices: [], error: gone }),
  "an error beside choices that are null": event({ ...chunk({}), choices: null, error: gone }),
  "an error that is a text, beside choices": event({
    ...chunk({ content: "" }),
    error: "provider gone",
  }),
  // https://github.com/vllm-project/guidellm/issues/743
  "an error alone": event({ error: gone }),
  // https://github.com/FuzzAnything/PromptFuzz/issues/42
  "a list that holds an error": event([{ error: gone }]),
} satisfies Readonly<Record<string, string>>;

describe.each(Object.entries(failures))("in a stream, %s", (name, failure) => {
  const worded = !name.includes("alone") || name === "an error alone";

  test.each([
    ["both", "/v1/chat/completions"],
    ["full", "/v1/chat/completions"],
    ["both", "/api/chat"],
    ["full", "/api/chat"],
    ["both", "/api/generate"],
  ])("before content brings the next candidate: %s on %s", async (model, path) => {
    lab.one.script([says({}, role, failure, done)]);
    const answer = await lab.ask(model, { path });
    expect(answer).toMatchObject({ status: 200 });
    expect(textOf(answer.text)).toBe("from two");
    expect(answer.text).not.toContain("provider gone");
    const row = await answer.row();
    expect(row).toMatchObject({
      state: "completed",
      attempts: [{ reason: "error_event" }, { reason: "served" }],
    });
    if (worded) expect(row.attempts[0]?.error).toContain("provider gone");
  });

  test("after content is a failure on every surface, with no proper end", async () => {
    for (const [model, path] of [
      ["one/m", "/v1/chat/completions"],
      ["both", "/v1/chat/completions"],
      ["one/m", "/api/chat"],
      ["both", "/api/chat"],
      ["one/m", "/api/generate"],
    ] as const) {
      await lab.reset();
      lab.one.script([says({}, role, text("half"), failure, done)]);
      const answer = await lab.ask(model, { path });
      expect(textOf(answer.text)).toBe("half");
      expect(answer.text).not.toContain("[DONE]");
      const last = documentsOf(answer.text).at(-1);
      expect(last?.done).not.toBe(true);
      if (path.startsWith("/api")) expect(last?.error).toBeString();
      if (worded) expect(answer.text).toContain("provider gone");
      const row = await answer.row();
      expect(row.state).toBe("failed");
      if (worded) expect(row.error_message).toContain("provider gone");
    }
  });

  test("rescues a held answer though it had content", async () => {
    for (const path of ["/v1/chat/completions", "/api/chat"]) {
      await lab.reset();
      lab.one.script([says({}, role, text("half"), failure, done)]);
      const answer = await lab.ask("full", { path });
      expect(textOf(answer.text)).toBe("from two");
      expect((await answer.row()).attempts[0]?.reason).toBe("error_event");
    }
  });

  test("from a lone upstream leaves a row that failed and no proper end", async () => {
    for (const [model, path] of [
      ["one/m", "/v1/chat/completions"],
      ["alone", "/v1/chat/completions"],
      ["one/m", "/api/chat"],
      ["alone", "/api/chat"],
    ] as const) {
      await lab.reset();
      lab.one.script([says({}, role, failure, done)]);
      const answer = await lab.ask(model, { path });
      expect(answer.text).not.toContain("[DONE]");
      expect(documentsOf(answer.text).some((one) => one.done === true)).toBe(false);
      if (worded) expect(answer.text).toContain("provider gone");
      expect((await answer.row()).state).toBe("failed");
    }
  });
});

/** Whole answers that are failures although their status is 200. */
const wholes = {
  // https://github.com/decolua/9router/issues/3242
  "choices: [] beside an error": { ...completion({}), choices: [], error: gone },
  "choices: null beside an error": { ...completion({}), choices: null, error: gone },
  "an error inside the choice": {
    ...completion({}),
    choices: [
      {
        index: 0,
        error: gone,
        finish_reason: "error",
        message: { role: "assistant", content: "" },
      },
    ],
  },
  "an error inside the choice that says stop": {
    ...completion({}),
    choices: [
      { index: 0, error: gone, finish_reason: "stop", message: { role: "assistant", content: "" } },
    ],
  },
  "finish_reason: error alone": {
    ...completion({}),
    choices: [{ index: 0, finish_reason: "error", message: { role: "assistant", content: "" } }],
  },
  // https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618
  "LM Studio's unexpected endpoint": { error: "Unexpected endpoint or method. (POST /v1/x)" },
} satisfies Readonly<Record<string, object>>;

describe.each(Object.entries(wholes))("a plain 200 that holds %s", (name, body) => {
  const words = name.startsWith("LM")
    ? "Unexpected endpoint"
    : name.endsWith("alone")
      ? null
      : "provider gone";

  test.each([
    ["both", "/v1/chat/completions", false],
    ["full", "/v1/chat/completions", false],
    ["both", "/v1/chat/completions", true],
    ["both", "/api/chat", false],
    ["full", "/api/chat", false],
    ["both", "/api/generate", false],
    ["both", "/api/chat", true],
  ])("brings the next candidate: %s on %s, stream %p", async (model, path, stream) => {
    lab.one.script([saysWhole(body)]);
    const answer = await lab.ask(model, { path, stream });
    expect(answer).toMatchObject({ status: 200, upstream: "two" });
    expect(stream ? textOf(answer.text) : answer.text).toContain("from two");
    const row = await answer.row();
    expect(row.attempts.map(({ reason }) => reason)).toEqual(["error_body", "served"]);
    if (words !== null) expect(row.attempts[0]?.error).toContain(words);
  });

  test("passes as it is from a lone upstream, in a row that failed", async () => {
    lab.one.script([saysWhole(body)]);
    const answer = await lab.ask("one/m", { stream: false });
    expect(JSON.parse(answer.text)).toEqual(body);
    expect((await answer.row()).state).toBe("failed");
  });

  test("is an error to an Ollama client of a lone upstream", async () => {
    lab.one.script([saysWhole(body)]);
    const answer = await lab.ask("one/m", { path: "/api/chat", stream: false });
    expect(JSON.parse(answer.text)).toEqual({ error: expect.any(String) });
    if (words !== null) expect(answer.text).toContain(words);
    expect((await answer.row()).state).toBe("failed");
  });
});

test("an error beside content of the same document is not a failure: the content is served", async () => {
  const body = completion(
    { content: "All of it." },
    { error: { message: "usage could not be counted" } },
  );
  lab.one.script([saysWhole(body)]);
  const plain = await lab.ask("both", { stream: false });
  expect(plain.upstream).toBe("one");
  expect(JSON.parse(plain.text)).toEqual(body);
});

describe("a native Ollama server", () => {
  const failed = chatLine({}, { done: true, done_reason: "stop", error: "runner gone" });

  test("that says an error and done: true in its first line is passed over", async () => {
    for (const model of ["nboth", "nfull"]) {
      await lab.reset();
      lab.nat.script([says(ndjson, `${failed}\n`)]);
      const answer = await lab.ask(model, { path: "/api/chat" });
      expect(textOf(answer.text)).toBe("from two");
      const row = await answer.row();
      expect(row.attempts[0]?.error).toContain("runner gone");
    }
  });

  test("that says it last has failed, and the client gets the words", async () => {
    for (const model of ["nat/m", "nboth"]) {
      await lab.reset();
      lab.nat.script([says(ndjson, `${chatLine({ content: "half" })}\n`, `${failed}\n`)]);
      const answer = await lab.ask(model, { path: "/api/chat" });
      expect(documentsOf(answer.text).at(-1)?.error).toContain("runner gone");
      const row = await answer.row();
      expect(row.state).toBe("failed");
      expect(row.error_message).toContain("runner gone");
    }
    lab.nat.script([says(ndjson, `${chatLine({ content: "half" })}\n`, `${failed}\n`)]);
    expect(textOf((await lab.ask("nfull", { path: "/api/chat" })).text)).toBe("from two");
  });

  test("that says it in a whole answer without content is passed over", async () => {
    for (const stream of [false, true]) {
      await lab.reset();
      lab.nat.script([saysWhole(failed)]);
      const answer = await lab.ask("nboth", { path: "/api/chat", stream });
      expect(stream ? textOf(answer.text) : answer.text).toContain("from two");
      expect((await answer.row()).attempts[0]?.error).toContain("runner gone");
    }
    lab.nat.script([saysWhole(failed)]);
    const alone = await lab.ask("nat/m", { path: "/api/chat", stream: false });
    expect(alone.text).toContain("runner gone");
    expect((await alone.row()).state).toBe("failed");
  });

  test("is served where its line brings content and an end", async () => {
    lab.nat.script([says(ndjson, `${chatLine({ content: "Fine." })}\n`, lastLine)]);
    const answer = await lab.ask("nboth", { path: "/api/chat" });
    expect(answer.upstream).toBe("nat");
    expect((await answer.row()).state).toBe("completed");
  });
});

describe("the Responses API", () => {
  const failed = event({
    type: "response.failed",
    response: {
      id: "resp_1",
      status: "failed",
      error: { code: "server_error", message: "provider gone" },
      output: [],
    },
  });
  test("a failed response brings the next candidate, streamed and whole", async () => {
    for (const model of ["both", "full"]) {
      await lab.reset();
      lab.one.script([says({}, failed)]);
      const streamed = await lab.ask(model, { path: "/v1/responses", more: { input: "hi" } });
      expect(streamed.upstream).toBe("two");
      lab.one.script([
        saysWhole({
          id: "resp_1",
          object: "response",
          status: "failed",
          error: { message: "provider gone" },
          output: [],
        }),
      ]);
      const whole = await lab.ask(model, {
        path: "/v1/responses",
        stream: false,
        more: { input: "hi" },
      });
      expect(whole.upstream).toBe("two");
      expect((await whole.row()).attempts[0]?.error).toContain("provider gone");
    }
  });
});

// https://github.com/FuzzAnything/PromptFuzz/issues/42
describe("an error status with words in a form of its own", () => {
  const forms: readonly (readonly [string, object, string, string | null])[] = [
    [
      "Gemini's list",
      [{ error: { code: 400, message: "Unknown name x", status: "INVALID_ARGUMENT" } }],
      "Unknown name x",
      "INVALID_ARGUMENT",
    ],
    [
      "FastAPI's list of details",
      { detail: [{ loc: ["body"], msg: "field required", type: "missing" }] },
      "field required",
      null,
    ],
    ["FastAPI's detail as a text", { detail: "no such thing" }, "no such thing", null],
    [
      "vLLM's flat object",
      { object: "error", message: "no model x", type: "NotFoundError", code: 404 },
      "no model x",
      "NotFoundError",
    ],
    [
      "OpenAI's",
      { error: { message: "bad thing", type: "t", code: "provider_gone" } },
      "bad thing",
      "provider_gone",
    ],
  ];
  test.each(forms)("%s is read for row and client", async (_name, body, words) => {
    const answered = (): Behaviour => saysWhole(body, { status: 400 });
    lab.one.script([answered(), answered(), answered()]);
    const v1 = await lab.ask("one/m", { stream: false });
    expect(v1.status).toBe(400);
    expect(JSON.parse(v1.text)).toEqual(body);
    const row = await v1.row();
    expect(row.error_message).toContain(words);
    expect(row.attempts[0]?.error).toContain(words);
    const ollama = await lab.ask("one/m", { path: "/api/chat", stream: false });
    expect(ollama.status).toBe(400);
    expect((JSON.parse(ollama.text) as { error: string }).error).toContain(words);
  });

  test.each(forms.filter(([, , , code]) => code !== null))(
    "%s ends the chain by its code where stop_on names it",
    async (_name, body) => {
      lab.one.script([saysWhole(body, { status: 400 })]);
      const answer = await lab.ask("content-stops", { stream: false });
      expect(answer).toMatchObject({ status: 400, upstream: "one" });
      expect(JSON.parse(answer.text)).toEqual(body);
    },
  );

  test("a number as the code is matched by its digits", async () => {
    lab.one.script([
      saysWhole([{ error: { code: 400, message: "x", status: "OTHER" } }], { status: 400 }),
    ]);
    expect(await lab.ask("content-stops", { stream: false })).toMatchObject({
      status: 400,
      upstream: "one",
    });
  });
});
