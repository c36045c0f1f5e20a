// Events that bring nothing, cannot be read, or come too late, and the last words of a stream without their line end.
import { describe, expect, test } from "bun:test";
import { documentsOf, useFieldLab, textOf } from "../lab/field-lab.ts";
import { chatLine, done, event, finish, lastLine, says, text } from "../lab/sayings.ts";

const lab = useFieldLab();

const ndjson = { type: "application/x-ndjson" } as const;

describe("heartbeats that carry no data", () => {
  // https://github.com/lidge-jun/opencodex/pull/1249
  const beats = [
    "data: \n\n",
    "data:\n\n",
    "data\n\n",
    "event: heartbeat\ndata:\n\n",
    "data:  \n\n",
    "data:\ndata:\n\n",
  ];
  test.each(beats)("%j before, between and after the events is nothing", async (beat) => {
    for (const [model, path] of [
      ["both", "/v1/chat/completions"],
      ["one/m", "/v1/chat/completions"],
      ["full", "/v1/chat/completions"],
      ["both", "/api/chat"],
    ] as const) {
      await lab.reset();
      lab.one.script([
        says({}, beat, text("It "), beat, text("lives."), beat, finish(), beat, done, beat),
      ]);
      const answer = await lab.ask(model, { path });
      expect(answer).toMatchObject({ status: 200, upstream: "one" });
      expect(textOf(answer.text)).toBe("It lives.");
      expect(answer.text).not.toContain("error");
      expect(await answer.row()).toMatchObject({
        state: "completed",
        attempts: [{ reason: "served" }],
      });
    }
  });

  test.each([": beat\n\n", "event: ping\n\n", "id: 7\n\n", "retry: 100\n\n", "data: {}\n\n"])(
    "%j among the events harms nobody",
    async (beat) => {
      lab.one.script([says({}, beat, text("It "), beat, text("lives."), finish(), beat, done)]);
      const answer = await lab.ask("both");
      expect(answer).toMatchObject({ status: 200, upstream: "one" });
      expect(textOf(answer.text)).toBe("It lives.");
      expect((await answer.row()).state).toBe("completed");
    },
  );
});

describe("nothing that follows a complete answer spoils it", () => {
  test.each([
    "data: null\n\n",
    "data: []\n\n",
    "data: ping\n\n",
    "data: [done]\n\n",
    "data: {\n\n",
    "nonsense\n\n",
    event({ error: { message: "late" } }),
  ])("%j after [DONE]", async (late) => {
    for (const [model, path] of [
      ["one/m", "/v1/chat/completions"],
      ["full", "/v1/chat/completions"],
      ["one/m", "/api/chat"],
    ] as const) {
      await lab.reset();
      lab.one.script([says({}, text("Whole."), finish(), done, late)]);
      const answer = await lab.ask(model, { path });
      expect(textOf(answer.text)).toBe("Whole.");
      expect((await answer.row()).state).toBe("completed");
      expect(answer.text).not.toContain("upstream_broken");
    }
  });

  test.each(["data: null\n\n", "data: ping\n\n", "data: [done]\n\n"])(
    "%j after the last finish_reason, with the end to come",
    async (late) => {
      for (const model of ["one/m", "both", "full"]) {
        await lab.reset();
        lab.one.script([says({}, text("Whole."), finish(), late, done)]);
        const answer = await lab.ask(model);
        expect(answer.upstream).toBe("one");
        expect(textOf(answer.text)).toBe("Whole.");
        expect(answer.text).toContain("[DONE]");
        expect((await answer.row()).state).toBe("completed");
      }
    },
  );

  test("lines after done: true", async () => {
    for (const model of ["nat/m", "nfull"]) {
      await lab.reset();
      lab.nat.script([
        says(
          ndjson,
          `${chatLine({ content: "Whole." })}\n`,
          lastLine,
          "nonsense\n",
          '{"error":"late"}\n',
        ),
      ]);
      const answer = await lab.ask(model, { path: "/api/chat" });
      expect(textOf(answer.text)).toBe("Whole.");
      expect((await answer.row()).state).toBe("completed");
    }
  });
});

describe("one unreadable event in the middle", () => {
  const bad = 'data: {"choices":[{"delta":{"content":"x\n\n';

  test("passes as it came, and the stream goes on", async () => {
    lab.one.script([says({}, text("Before. "), bad, text("After."), finish(), done)]);
    const answer = await lab.ask("both");
    expect(answer).toMatchObject({ status: 200, upstream: "one" });
    expect(answer.text).toContain(bad);
    expect(textOf(answer.text)).toBe("Before. After.");
    expect(answer.text).toEndWith(done);
    const row = await answer.row();
    expect(row.state).toBe("completed");
    expect(row).toMatchObject({ warnings: ["malformed_event"] });
  });

  test("is rescued by the next candidate where nothing has been sent yet", async () => {
    lab.one.script([says({}, bad, text("After."), finish(), done)]);
    const early = await lab.ask("both");
    expect(early).toMatchObject({ status: 200, upstream: "two" });
    lab.one.script([says({}, text("Before. "), bad, text("After."), finish(), done)]);
    const held = await lab.ask("full");
    expect(held).toMatchObject({ status: 200, upstream: "two" });
  });

  test("is an error where the stream ends with it", async () => {
    lab.one.script([says({}, text("Before. "), bad)]);
    const answer = await lab.ask("both");
    expect(documentsOf(answer.text).at(-1)).toMatchObject({ error: { code: "upstream_broken" } });
    expect(answer.text).not.toContain("[DONE]");
    expect((await answer.row()).state).toBe("failed");
  });

  test("passes among lines, too", async () => {
    lab.nat.script([
      says(
        ndjson,
        `${chatLine({ content: "Before. " })}\n`,
        '{"message":\n',
        `${chatLine({ content: "After." })}\n`,
        lastLine,
      ),
    ]);
    const answer = await lab.ask("nat/m", { path: "/api/chat" });
    expect(answer.text).toContain('{"message":\n');
    expect(textOf(answer.text)).toBe("Before. After.");
    expect(await answer.row()).toMatchObject({ state: "completed", warnings: ["malformed_event"] });
  });
});

describe("a last event without its line end", () => {
  // https://github.com/career-ops-hq/career-ops/pull/3922
  const words = "llama runner process has terminated";
  test("says the upstream's own words where it is an error among lines", async () => {
    const error = JSON.stringify({ error: words });
    for (const model of ["nat/m", "nboth"]) {
      await lab.reset();
      lab.nat.script([says(ndjson, `${chatLine({ content: "half" })}\n`, error)]);
      const answer = await lab.ask(model, { path: "/api/chat" });
      expect(documentsOf(answer.text).at(-1)).toEqual({ error: words });
      const row = await answer.row();
      expect(row.state).toBe("failed");
      expect(row.error_message).toContain(words);
    }
    lab.nat.script([says(ndjson, error)]);
    const rescued = await lab.ask("nboth", { path: "/api/chat" });
    expect(rescued.upstream).toBe("two");
    expect((await rescued.row()).attempts[0]?.error).toContain(words);
    lab.nat.script([says(ndjson, error)]);
    const alone = await lab.ask("nat/m", { path: "/api/chat" });
    expect(alone.text).toContain(words);
    expect((await alone.row()).error_message).toContain(words);
  });

  test.each(["", "\n"])("says them among events, too, after %j", async (end) => {
    const error = `data: ${JSON.stringify({ error: { message: words } })}${end}`;
    for (const path of ["/v1/chat/completions", "/api/chat"]) {
      await lab.reset();
      lab.one.script([says({}, text("half"), error)]);
      const answer = await lab.ask("both", { path });
      expect(answer.text).toContain(words);
      expect(answer.text).not.toContain("[DONE]");
      expect((await answer.row()).error_message).toContain(words);
    }
    lab.one.script([says({}, error)]);
    const rescued = await lab.ask("both");
    expect(rescued.upstream).toBe("two");
    expect((await rescued.row()).attempts[0]?.error).toContain(words);
  });
});
