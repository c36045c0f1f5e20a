// Slashes too many or at the end change nothing about what a path is.
import { describe, expect, test } from "bun:test";
import { documentsOf, useFieldLab, textOf } from "../lab/field-lab.ts";
import { chatLine, done, event, finish, lastLine, says, saysWhole, text } from "../lab/sayings.ts";

const lab = useFieldLab();

// https://github.com/zce/api-proxy/issues/19
describe.each([
  "/v1/chat/completions/",
  "//v1/chat/completions",
  "/v1//chat/completions",
  "/v1/chat//completions//",
])("%s", (path) => {
  test("is cleaned, and goes upstream without the slashes", async () => {
    lab.one.script([says({}, text("<think>no</think>Yes."), finish(), done)]);
    const answer = await lab.ask("one/m", { path });
    expect(textOf(answer.text)).toBe("Yes.");
    expect(lab.one.calls().at(-1)?.target).toBe("/v1/chat/completions");
  });

  test("fails over, and tells a cut stream from a whole one", async () => {
    lab.one.script([
      says({}, event({ error: { message: "gone" } })),
      saysWhole({ error: { message: "gone" } }),
    ]);
    expect((await lab.ask("both", { path })).upstream).toBe("two");
    expect((await lab.ask("both", { path, stream: false })).upstream).toBe("two");
    lab.one.script([says({}, text("half"))]);
    const cut = await lab.ask("one/m", { path });
    expect(documentsOf(cut.text).at(-1)).toMatchObject({ error: { code: "upstream_broken" } });
    expect((await cut.row()).state).toBe("failed");
  });

  test("refuses a body that is not JSON", async () => {
    const answer = await lab.router.post(path, "nonsense");
    expect(answer.status).toBe(400);
    expect(lab.one.calls()).toHaveLength(0);
  });

  test("with a query keeps it", async () => {
    await lab.ask("one/m", { path: `${path}?a=//b/` });
    expect(lab.one.calls().at(-1)?.target).toBe("/v1/chat/completions?a=//b/");
  });
});

test.each(["/api/chat/", "/api/generate/", "//api/chat", "/api//generate"])(
  "%s is translated",
  async (path) => {
    const answer = await lab.ask("two/m", { path });
    expect(answer.status).toBe(200);
    expect(textOf(answer.text)).toBe("from two");
    expect(documentsOf(answer.text).at(-1)).toMatchObject({ done: true });
  },
);

test.each(["/api/embed/", "/api/embeddings/", "/api/show/"])("%s is answered", async (path) => {
  const answer = await lab.router.post(path, { model: "two/m", input: "hi", prompt: "hi" });
  expect(answer.status).toBe(200);
});

test("towards an Ollama server the slash is left out, too", async () => {
  lab.nat.script([
    says({ type: "application/x-ndjson" }, `${chatLine({ content: "native" })}\n`, lastLine),
  ]);
  const answer = await lab.ask("nat/m", { path: "/api/chat/" });
  expect(textOf(answer.text)).toBe("native");
  expect(lab.nat.calls().at(-1)?.target).toBe("/api/chat");
});

test.each([
  "/v1/models/",
  "//v1/models",
  "/api/tags/",
  "/api/version/",
  "/api/ps/",
  "/healthz/",
  "/v1/models/both/",
])("%s is what it is without the slash", async (path) => {
  const answer = await fetch(lab.router.url + path);
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
});

test("two slashes do not lead around a sign-in, nor up into another path", async () => {
  for (const path of ["//api/logs", "/api//logs", "/v1//../api/logs"]) {
    const answer = await fetch(lab.router.url + path, {
      headers: { "x-forwarded-for": "10.0.0.1" },
    });
    expect([403, 404]).toContain(answer.status);
  }
});
