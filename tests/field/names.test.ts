// Ollama's clients add `:latest` to every name without a tag; it is the same model, wherever names are looked up.
import { describe, expect, test } from "bun:test";
import { Ollama } from "ollama";
import { useFieldLab } from "../lab/field-lab.ts";

const lab = useFieldLab(
  { MODEL_MAP: '{"mapped": "two/m", "exact:latest": "two/m"}' },
  () => `
  tagged:latest: { instances: ["two/m"] }
routes:
  - match: { model: "by-rule" }
    route: { upstream: two, model: "m" }
  - match: { model: "/^rule-.*:latest$/" }
    route: { upstream: two, model: "m" }
`,
);

// https://github.com/home-assistant/core/issues/170940
describe.each([
  "/v1/chat/completions",
  "/api/chat",
  "/api/generate",
  "/v1/embeddings",
  "/api/embed",
  "/v1/messages",
])("on %s", (path) => {
  test.each([
    ["both:latest", "one", "m"],
    ["nboth:latest", "nat", "m"],
    ["two/m:latest", "two", "m:latest"],
    ["mapped:latest", "two", "m"],
    ["exact:latest", "two", "m"],
    ["by-rule:latest", "two", "m"],
    ["tagged:latest", "two", "m"],
    ["rule-x:latest", "two", "m"],
  ])("%s goes to %s as %s", async (model, upstream, sent) => {
    if (model === "nboth:latest" && !path.startsWith("/api")) return;
    const answer = await lab.ask(model, { path, stream: false, more: { input: "hi" } });
    expect(answer.upstream).toBe(upstream);
    const got = answer.headers.get("x-smolrouter-model");
    if (model.startsWith("two/m")) expect(["m", "m:latest"]).toContain(got!);
    else expect(got).toBe(sent);
  });
});

test("in a form", async () => {
  const form = new FormData();
  form.set("file", new Blob(["x"]), "x.wav");
  form.set("model", "both:latest");
  const answer = await fetch(`${lab.router.url}/v1/audio/transcriptions`, {
    method: "POST",
    body: form,
  });
  await answer.arrayBuffer();
  expect(answer.headers.get("x-smolrouter-upstream")).toBe("one");
  expect(answer.headers.get("x-smolrouter-model")).toBe("m");
});

test("in Ollama's management calls and in what is asked about a model", async () => {
  lab.nat.script(({ path }) =>
    path === "/api/pull" ? { kind: "answer", pieces: ['{"status":"success"}\n'] } : undefined,
  );
  const pull = await lab.router.post("/api/pull", { model: "nat/m:latest", stream: false });
  await pull.arrayBuffer();
  expect(pull.headers.get("x-smolrouter-upstream")).toBe("nat");
  for (const model of ["both:latest", "one/m:latest", "both"]) {
    const show = await lab.router.post("/api/show", { model });
    expect(show.status).toBe(200);
  }
  const listed = await fetch(`${lab.router.url}/v1/models/both:latest`);
  expect(listed.status).toBe(200);
});

test("a model that a server lists under its full name is found there before the tag is dropped", async () => {
  lab.two.script(({ path }) =>
    path === "/v1/models"
      ? {
          kind: "answer",
          pieces: [
            '{"object":"list","data":[{"id":"own:latest","object":"model"},{"id":"bare","object":"model"}]}',
          ],
        }
      : undefined,
  );
  await fetch(`${lab.router.url}/upstreams/check`, {
    method: "POST",
    headers: { origin: lab.router.url },
  });
  const own = await lab.ask("own:latest", { stream: false });
  expect(own.headers.get("x-smolrouter-model")).toBe("own:latest");
  expect(own.upstream).toBe("two");
  const bare = await lab.ask("bare:latest", { stream: false });
  expect(bare.upstream).toBe("two");
});

test("the ollama package finds an alias under the name that it lists", async () => {
  const ollama = new Ollama({ host: lab.router.url });
  const { models } = await ollama.list();
  const name = models.find((model) => model.name.startsWith("both"))?.name ?? "";
  for (const asked of [name, "both", "both:latest"]) {
    const { message } = await ollama.chat({
      model: asked,
      messages: [{ role: "user", content: "hi" }],
    });
    expect(message.content).toContain("one");
  }
});
