// Ollama's clients through the router: the same assertions before a native server and an OpenAI-only one.
import { describe, expect, test } from "bun:test";
import { Ollama } from "ollama";
import { useNativeAndForeign } from "../lab/native-and-foreign.ts";

const lab = useNativeAndForeign();

const messages = [{ role: "user", content: "Hello there" }];
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "tells the weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

describe.each(["native", "foreign"])("the ollama package before a %s server", (server) => {
  const model = `${server}/m`;
  const ollama = () => new Ollama({ host: lab.router.url });
  const fake = () => (server === "native" ? lab.native : lab.foreign);

  test("chats, plain and streamed alike", async () => {
    const plain = await ollama().chat({ model, messages });
    expect(plain.message.content).toContain(`m on ${server}`);
    expect(plain).toMatchObject({ model: "m", done: true, done_reason: "stop" });
    expect(plain.eval_count).toBeGreaterThan(0);
    expect(plain.prompt_eval_count).toBeGreaterThan(0);
    expect(Number.isInteger(plain.total_duration)).toBe(true);
    let text = "";
    let last: { done: boolean; eval_count?: number } | null = null;
    for await (const part of await ollama().chat({ model, messages, stream: true })) {
      text += part.message.content;
      last = part;
    }
    expect(text).toBe(plain.message.content);
    expect(last).toMatchObject({ done: true, eval_count: plain.eval_count });
  });

  test("generates, with a system prompt", async () => {
    const answer = await ollama().generate({ model, prompt: "Hello there", system: "Be brief" });
    expect(answer.response).toContain(`m on ${server}`);
    let text = "";
    for await (const part of await ollama().generate({
      model,
      prompt: "Hello there",
      stream: true,
    }))
      text += part.response;
    expect(text).toContain(`m on ${server}`);
  });

  test("gets tool calls with their arguments as objects, plain and streamed", async () => {
    const plain = await ollama().chat({ model, messages, tools: [weather] });
    const [call] = plain.message.tool_calls ?? [];
    expect(call?.function.name).toBe("weather");
    expect(call?.function.arguments).toBeObject();
    const streamed: unknown[] = [];
    for await (const part of await ollama().chat({
      model,
      messages,
      tools: [weather],
      stream: true,
    }))
      streamed.push(...(part.message.tool_calls ?? []));
    expect(streamed).toHaveLength(1);
    expect(streamed[0]).toMatchObject({ function: { ...call?.function } });
  });

  test("hands tool results back", async () => {
    const answer = await ollama().chat({
      model,
      messages: [
        ...messages,
        {
          role: "assistant",
          content: "",
          tool_calls: [{ function: { name: "weather", arguments: { city: "Bonn" } } }],
        },
        { role: "tool", content: "sunny", tool_name: "weather" },
      ],
    });
    expect(answer.done).toBe(true);
    const sent = JSON.stringify(fake().calls().at(-1)?.json);
    expect(sent).toContain("sunny");
    expect(sent).toContain("Bonn");
  });

  test("sends images", async () => {
    const png =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
    await ollama().chat({ model, messages: [{ ...messages[0]!, images: [png] }] });
    expect(JSON.stringify(fake().calls().at(-1)?.json)).toContain(png);
  });

  test("asks for structured output", async () => {
    const schema = { type: "object", properties: { city: { type: "string" } } };
    const answer = await ollama().chat({ model, messages, format: schema });
    expect(JSON.parse(answer.message.content)).toBeObject();
  });

  test("gets thinking apart from the answer where it asks for it, and none where it does not", async () => {
    const asked = await ollama().chat({ model: `${server}/think-m`, messages, think: true });
    expect(asked.message.thinking).toBeTruthy();
    expect(asked.message.content).not.toContain("<think>");
    let thinking = "";
    const stream = await ollama().chat({
      model: `${server}/think-m`,
      messages,
      think: true,
      stream: true,
    });
    for await (const part of stream) thinking += part.message.thinking ?? "";
    expect(thinking.trim()).toBe(asked.message.thinking!.trim());
    const plain = await ollama().chat({ model: `${server}/think-m`, messages });
    expect(plain.message.content).not.toContain("<think>");
  });

  test("embeds", async () => {
    const { embeddings } = await ollama().embed({ model, input: ["one", "two"] });
    expect(embeddings).toHaveLength(2);
    expect(embeddings[0]!.every((value) => typeof value === "number")).toBe(true);
    const { embedding } = await ollama().embeddings({ model, prompt: "one" });
    expect(embedding).toEqual(embeddings[0]!);
  });

  test("gets errors in Ollama's form, with the upstream's status", async () => {
    const response = await lab.router.post("/api/chat", { model: `${server}/none`, messages });
    expect(response.status).toBe(404);
    const { error } = (await response.json()) as { error: string };
    expect(error).toContain("none");
  });

  test("aborts", async () => {
    fake().script([{ kind: "stall", when: "mid-content", perEvent: true }]);
    const before = fake().calls().length;
    const stream = await ollama().chat({ model, messages, stream: true });
    for await (const _ of stream) break;
    stream.abort();
    await fake().waitForAbort(before + 1);
  });

  test("is described by show", async () => {
    const shown = await ollama().show({ model });
    expect(shown.details).toBeObject();
    expect(shown.capabilities).toContain("completion");
    expect(shown.capabilities.includes("tools") || server === "native").toBe(true);
    expect(
      (shown.model_info as unknown as { "general.architecture": unknown })["general.architecture"],
    ).toBeString();
    expect(new Date(shown.modified_at).getFullYear()).toBeGreaterThan(2000);
  });
});

test("what cannot be carried over is dropped by name, in header and row", async () => {
  const response = await lab.router.post("/api/chat", {
    model: "foreign/m",
    messages,
    stream: false,
    options: { num_ctx: 4_096, temperature: 0.5 },
    keep_alive: "5m",
  });
  expect(response.headers.get("x-smolrouter-dropped")?.split(",").toSorted()).toEqual([
    "keep_alive",
    "options.num_ctx",
  ]);
  const [row] = await lab.router.rows();
  expect(row).toMatchObject({ service_type: "ollama", stream: false });
  expect(row?.dropped.toSorted()).toEqual(["keep_alive", "options.num_ctx"]);
  expect(lab.foreign.calls().at(-1)?.json).toMatchObject({ temperature: 0.5 });
});

test("an alias fails over from an Ollama server to an OpenAI one within a stream's client's sight of nothing", async () => {
  lab.native.script([{ kind: "status", status: 500 }]);
  const ollama = new Ollama({ host: lab.router.url });
  let text = "";
  for await (const part of await ollama.chat({ model: "both", messages, stream: true }))
    text += part.message.content;
  expect(text).toContain("m on foreign");
});

test("a translated stream that is cut ends with an error line, never with done", async () => {
  lab.foreign.script([{ kind: "cut", when: "before-end", beforeFaultMs: 500 }]);
  const text = await (await lab.router.post("/api/chat", { model: "foreign/m", messages })).text();
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { done?: boolean; error?: string });
  expect(lines.at(-1)?.error).toBeString();
  expect(lines.some(({ done }) => done === true)).toBe(false);
});

test("tags list every server's models and aliases; version, ps and HEAD / answer", async () => {
  const ollama = new Ollama({ host: lab.router.url });
  const { models } = await ollama.list();
  expect(models.map(({ name }) => name)).toEqual(["both", "m", "think-m"]);
  expect((await ollama.version()).version).toMatch(/^\d+\.\d+\.\d+$/);
  expect((await ollama.ps()).models.map(({ name }) => name)).toContain("m");
  expect((await fetch(lab.router.url, { method: "HEAD" })).status).toBe(200);
});

test("management goes to the Ollama server the model resolves to, or is refused", async () => {
  const pulled = await lab.router.post("/api/pull", { model: "native/m", stream: false });
  expect(pulled.status).toBe(200);
  const pull = lab.native.requests().find(({ path }) => path === "/api/pull");
  expect(pull?.json).toMatchObject({ model: "m" });
  const refused = await lab.router.post("/api/pull", { model: "foreign/m" });
  expect(refused.status).toBe(501);
  expect(await refused.json()).toEqual({
    error: "/api/pull is for Ollama servers only, and foreign is not one",
  });
});

describe("the progress of a pull", () => {
  const progress = ['{"status":"pulling manifest"}\n', '{"status":"pulling abc","total":9}\n'];
  const pull = async (...pieces: readonly string[]) => {
    lab.native.script(({ path }) =>
      path === "/api/pull"
        ? { kind: "answer", headers: { "content-type": "application/x-ndjson" }, pieces }
        : undefined,
    );
    const answer = await lab.router.post("/api/pull", { model: "native/m" });
    return { text: await answer.text(), row: (await lab.router.rows())[0] };
  };

  test("passes line by line as it came, and its end is one", async () => {
    const { text, row } = await pull(...progress, '{"status":"success"}\n');
    expect(text).toBe(`${progress.join("")}{"status":"success"}\n`);
    expect(row).toMatchObject({ state: "completed", stream: true, error_message: null });
  });

  test("that ends with an error is a failed call, with the server's words", async () => {
    const error = '{"error":"pull model manifest: file does not exist"}\n';
    const { text, row } = await pull(...progress, error);
    expect(text).toBe(progress.join("") + error);
    expect(row).toMatchObject({
      state: "failed",
      error_message: expect.stringContaining("pull model manifest: file does not exist"),
    });
  });

  test("that breaks off is a failed call, which the client hears of", async () => {
    const { text, row } = await pull(...progress);
    expect(text).toStartWith(progress.join(""));
    expect(text).toContain('"error"');
    expect(row).toMatchObject({ state: "failed" });
  });
});
