// Requests that are routed though they are written oddly: forms with the model last, Claude Code's paths.
import { describe, expect, test } from "bun:test";
import { useFieldLab } from "../lab/field-lab.ts";
import { event, says } from "../lab/sayings.ts";

const lab = useFieldLab();

// https://github.com/agentgateway/agentgateway/pull/3131
describe("a form for audio", () => {
  const file = `RIFF\r\n--not-the-end\r\n${"\u0001\u00ff".repeat(50)}`;
  const part = (head: string, value: string): string => `--a b'c\r\n${head}\r\n\r\n${value}\r\n`;
  const model = (name: string, more = ""): string =>
    part(`Content-Disposition: form-data; name="model"${more}`, name);
  const sound = part(
    'Content-Disposition: form-data; name="file"; filename="x.wav"\r\nContent-Type: audio/wav',
    file,
  );

  test.each([
    ["the model after the file", sound + model("two/m")],
    ["the model before it", model("two/m") + sound],
    [
      "a type on the model's part",
      sound + model("two/m", "\r\nContent-Type: text/plain; charset=utf-8"),
    ],
    ["the model twice, the last of which counts", model("one/other") + sound + model("two/m")],
  ])("with %s is routed by it, the file untouched", async (_name, parts) => {
    const answer = await fetch(`${lab.router.url}/v1/audio/transcriptions`, {
      method: "POST",
      headers: { "content-type": `multipart/form-data; boundary="a b'c"` },
      body: Buffer.from(`${parts}--a b'c--\r\n`, "latin1"),
    });
    await answer.arrayBuffer();
    expect(answer.headers.get("x-smolrouter-upstream")).toBe("two");
    const sent = Buffer.from(
      lab.two.requests().findLast(({ method }) => method === "POST")?.body ?? [],
    ).toString("latin1");
    expect(sent).toContain(sound);
    expect(sent).not.toContain("two/m");
    expect(sent.lastIndexOf("\r\n\r\nm\r\n")).toBeGreaterThan(0);
  });
});

// https://github.com/coder/aibridge/pull/34
describe("Claude Code", () => {
  test("counts tokens where its model is", async () => {
    const answer = await lab.router.post("/v1/messages/count_tokens?beta=true", {
      model: "two/claude-x",
      messages: [{ role: "user", content: "hi" }],
    });
    await answer.arrayBuffer();
    expect(answer.headers.get("x-smolrouter-upstream")).toBe("two");
    const asked = lab.two.requests().findLast(({ method }) => method === "POST");
    expect(asked?.target).toBe("/v1/messages/count_tokens?beta=true");
    expect(asked?.json).toMatchObject({ model: "claude-x" });
  });

  test("streams from /v1/messages?beta=true to the format's own end, and a cut is an error", async () => {
    const named = (type: string, more: object = {}): string =>
      `event: ${type}\n${event({ type, ...more })}`;
    const opening = [
      named("message_start", {
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          content: [],
          usage: { input_tokens: 4, output_tokens: 1 },
        },
      }),
      named("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
      named("content_block_delta", { index: 0, delta: { type: "text_delta", text: "Hello" } }),
    ];
    const closing = [
      named("content_block_stop", { index: 0 }),
      named("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 6 } }),
      named("message_stop"),
    ];
    lab.one.script([says({}, ...opening, ...closing), says({}, ...opening)]);
    const whole = await lab.ask("one/claude-x", {
      path: "/v1/messages?beta=true",
      more: { max_tokens: 9 },
    });
    expect(whole.text).toBe([...opening, ...closing].join(""));
    expect(await whole.row()).toMatchObject({
      state: "completed",
      prompt_tokens: 4,
      completion_tokens: 6,
    });
    const cut = await lab.ask("one/claude-x", {
      path: "/v1/messages?beta=true",
      more: { max_tokens: 9 },
    });
    expect(cut.text).toContain("event: error");
    expect(cut.text).not.toContain("message_stop");
    expect((await cut.row()).state).toBe("failed");
  });
});
