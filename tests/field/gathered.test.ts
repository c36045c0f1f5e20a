// stream: false on Ollama's surface gets one object, whatever the upstream does.
import { describe, expect, test } from "bun:test";
import { Ollama } from "ollama";
import { useFieldLab } from "../lab/field-lab.ts";
import { chatLine, done, event, finish, lastLine, says, text, usage } from "../lab/sayings.ts";

const lab = useFieldLab();

const stream = [text("It "), text("streams."), finish(), usage(3, 2), done];

// https://github.com/BYK/loreai/pull/605
describe("stream: false, and the upstream streams all the same", () => {
  test.each([
    ["/api/chat", "one/m"],
    ["/api/chat", "both"],
    ["/api/chat", "full"],
    ["/api/generate", "one/m"],
  ])("on %s one JSON object comes: %s", async (path, model) => {
    for (const type of ["text/event-stream", "text/plain"]) {
      lab.one.script([says({ type }, ...stream)]);
      const answer = await lab.ask(model, { path, stream: false });
      expect(answer).toMatchObject({ status: 200, upstream: "one" });
      const whole = JSON.parse(answer.text) as { message?: { content: string }; response?: string };
      expect(whole.message?.content ?? whole.response).toBe("It streams.");
      expect(whole).toMatchObject({
        done: true,
        done_reason: "stop",
        eval_count: 2,
        prompt_eval_count: 3,
      });
      expect(answer.headers.get("content-type")).toStartWith("application/json");
      expect((await answer.row()).state).toBe("completed");
    }
  });

  test("a native Ollama server's lines become one object", async () => {
    for (const model of ["nat/m", "nboth"]) {
      lab.nat.script([
        says(
          { type: "application/x-ndjson" },
          `${chatLine({ content: "It " })}\n`,
          `${chatLine({ content: "streams." })}\n`,
          lastLine,
        ),
      ]);
      const answer = await lab.ask(model, { path: "/api/chat", stream: false });
      expect(JSON.parse(answer.text)).toMatchObject({
        message: { content: "It streams." },
        done: true,
        eval_count: 2,
      });
    }
  });

  test("tool calls and thinking are gathered with it", async () => {
    const call = (delta: object): string =>
      event({ choices: [{ index: 0, delta, finish_reason: null }] });
    lab.one.script([
      says(
        {},
        call({ reasoning_content: "Let me see." }),
        call({
          tool_calls: [
            {
              index: 0,
              id: "c1",
              type: "function",
              function: { name: "weather", arguments: '{"city":' },
            },
          ],
        }),
        call({ tool_calls: [{ index: 0, function: { arguments: '"Bonn"}' } }] }),
        finish("tool_calls"),
        done,
      ),
    ]);
    const answer = await lab.ask("one/m", {
      path: "/api/chat",
      stream: false,
      more: { think: true },
    });
    expect(JSON.parse(answer.text)).toMatchObject({
      message: {
        thinking: "Let me see.",
        tool_calls: [{ function: { name: "weather", arguments: { city: "Bonn" } } }],
      },
      done: true,
    });
  });

  test("an error in that stream is one error object with an error status", async () => {
    for (const events of [
      [event({ error: { message: "provider gone" } })],
      [text("half"), event({ error: { message: "provider gone" } })],
    ]) {
      lab.one.script([says({}, ...events)]);
      const answer = await lab.ask("one/m", { path: "/api/chat", stream: false });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      const { error } = JSON.parse(answer.text) as { error: string };
      expect(error).toContain("provider gone");
      expect((await answer.row()).state).toBe("failed");
      await lab.reset();
      lab.one.script([says({}, ...events)]);
      expect((await lab.ask("both", { path: "/api/chat", stream: false })).text).toContain(
        "from two",
      );
    }
  });

  test("on /v1 the stream passes as it is", async () => {
    lab.one.script([says({}, ...stream)]);
    const answer = await lab.ask("both", { stream: false });
    expect(answer).toMatchObject({ upstream: "one", text: stream.join("") });
  });

  test("the ollama package reads it", async () => {
    lab.one.script([says({}, ...stream)]);
    const answer = await new Ollama({ host: lab.router.url }).chat({
      model: "one/m",
      messages: [{ role: "user", content: "hi" }],
    });
    expect(answer.message.content).toBe("It streams.");
  });
});
