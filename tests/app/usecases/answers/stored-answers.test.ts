// Answers by their ids: in memory for a minute, then in the store; those under way are waited for.
import { describe, expect, test } from "bun:test";
import { createRecentAnswers } from "../../../../src/app/usecases/answers/recent-answers.ts";
import { createStoredAnswers } from "../../../../src/app/usecases/answers/stored-answers.ts";
import type { CapturedBodies } from "../../../../src/domain/log/log-entry.ts";
import type { FoundAnswer, KeptAnswers } from "../../../../src/ports/kept-answers.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { captured, idAt, logEntry } from "../../../lab/log-entries.ts";

const owner = "address 127.0.0.1";

function lab(stored: Partial<KeptAnswers> = {}, limits?: { ageMs: number; bytes: number }) {
  const hand = createHandClock();
  const recent = createRecentAnswers(hand, limits);
  const asked: string[] = [];
  const store: KeptAnswers = {
    async find(_, id) {
      asked.push(id);
      return null;
    },
    items: async () => [],
    remove: async () => false,
    ...stored,
  };
  const answers = createStoredAnswers(recent, store, { ...hand, elapsed: hand.now });
  return { hand, recent, asked, answers };
}

function callOf(id: string) {
  return { id, user: null, headers: [], sourceIp: "127.0.0.1" };
}

const answer = {
  id: "resp_1",
  status: "completed",
  store: true,
  output: [{ id: "msg_1", type: "message", role: "assistant", content: [] }],
};

function bodiesOf(more: Partial<CapturedBodies> = {}): CapturedBodies {
  return {
    request: captured('{"model":"m","input":"Hello"}'),
    response: captured(JSON.stringify(answer)),
    kept: { owner, upstream: "a", request: null },
    ...more,
  };
}

describe("an answer of a moment ago", () => {
  test("is found in memory, with what was asked, and its items", async () => {
    const { recent, asked, answers } = lab();
    recent.begun(callOf(idAt(1)));
    recent.ended(logEntry({ id: idAt(1) }), bodiesOf());
    const found = await answers.find(owner, "resp_1");
    expect(found).toMatchObject({ id: "resp_1", callId: idAt(1), upstream: "a", isStored: true });
    expect(found?.input.map(({ text }) => JSON.parse(text))).toEqual([
      { type: "message", role: "user", content: [{ type: "input_text", text: "Hello" }] },
    ]);
    expect(await answers.items(owner, ["msg_1"])).toMatchObject([{ id: "msg_1", upstream: "a" }]);
    expect(await answers.find("another", "resp_1")).toBeNull();
    expect(asked).toEqual(["resp_1"]);
  });

  test.each<[string, Partial<CapturedBodies>]>([
    ["of which a part is lost", { response: { ...bodiesOf().response!, truncated: true } }],
    ["to a request of which a part is lost", { request: { chunks: [], truncated: true } }],
    ["that its client does not want kept", { request: captured('{"model":"m","store":false}') }],
    [
      "that broke",
      { response: captured('event: response.created\ndata: {"response":{"id":"resp_1"}}\n\n') },
    ],
    ["that is none", { response: captured("<html>") }],
  ])("is not kept: one %s", async (_, bodies) => {
    const { recent, answers } = lab();
    recent.begun(callOf(idAt(1)));
    recent.ended(logEntry({ id: idAt(1) }), bodiesOf(bodies));
    expect(await answers.find(owner, "resp_1")).toBeNull();
  });

  test("is what the client got, and of a stream its last event", async () => {
    const { recent, answers } = lab();
    recent.begun(callOf(idAt(1)));
    const events = [
      { type: "response.created", response: { id: "resp_2", output: [] } },
      { type: "response.output_text.delta", delta: 'says "response.completed" itself' },
      { type: "response.incomplete", response: { ...answer, id: "resp_2", status: "incomplete" } },
    ];
    const stream = events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join("");
    recent.ended(logEntry({ id: idAt(1) }), bodiesOf({ delivered: captured(stream) }));
    expect((await answers.find(owner, "resp_2"))?.output).toHaveLength(1);
  });

  test("is forgotten after a minute, and where there are too many", async () => {
    const { hand, recent, answers, asked } = lab({}, { ageMs: 60_000, bytes: 400 });
    for (const at of [1, 2, 3]) {
      recent.begun(callOf(idAt(at)));
      const response = captured(JSON.stringify({ ...answer, id: `resp_${at}` }));
      recent.ended(logEntry({ id: idAt(at) }), bodiesOf({ response }));
    }
    expect(await answers.find(owner, "resp_1")).toBeNull();
    expect(await answers.find(owner, "resp_3")).not.toBeNull();
    hand.pass(60_001);
    expect(await answers.find(owner, "resp_3")).toBeNull();
    expect(asked).toEqual(["resp_1", "resp_3"]);
    // Nothing is left that waits.
    hand.pass(60_001);
    expect(hand.pending()).toBe(0);
  });

  test("is removed from both", async () => {
    const { recent, answers } = lab();
    recent.begun(callOf(idAt(1)));
    recent.ended(logEntry({ id: idAt(1) }), bodiesOf());
    expect(await answers.remove(owner, "resp_1")).toBeTrue();
    expect(await answers.remove(owner, "resp_1")).toBeFalse();
    expect(await answers.find(owner, "resp_1")).toBeNull();
  });
});

describe("one whose call is not over", () => {
  test("is waited for", async () => {
    const { recent, answers } = lab();
    recent.begun(callOf(idAt(1)));
    const finding = answers.find(owner, "resp_1");
    await settled();
    recent.ended(logEntry({ id: idAt(1) }), bodiesOf());
    expect(await finding).toMatchObject({ id: "resp_1" });
    const items = answers.items(owner, ["msg_1"]);
    expect(await items).toHaveLength(1);
  });

  test("for a second, and only where the owner has calls under way", async () => {
    const { hand, recent, answers } = lab();
    recent.begun({ ...callOf(idAt(1)), sourceIp: "127.0.0.2" });
    expect(await answers.find(owner, "resp_1")).toBeNull();
    recent.begun(callOf(idAt(2)));
    const finding = answers.find(owner, "resp_1");
    await settled();
    hand.pass(1_000);
    expect(await finding).toBeNull();
    expect(hand.pending()).toBe(0);
  });
});

test("what cannot be read is not as if it were not there", async () => {
  const fails = (): Promise<FoundAnswer | null> => Promise.reject(new Error("no disk"));
  const { answers } = lab({ find: fails });
  const failure = await answers.find(owner, "resp_1").then(
    () => null,
    (error: unknown) => String(error),
  );
  expect(failure).toContain("no disk");
});

/** Promises that are settled have been heard of. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
