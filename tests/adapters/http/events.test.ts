// Events of calls: to everyone who listens, at nobody's expense.
import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { createEventFeed } from "../../../src/adapters/http/events.ts";
import { eventSchema } from "../../../src/adapters/http/schemas.ts";
import { createCallEvents } from "../../../src/adapters/logs/pipeline/call-events.ts";
import { nothingRead } from "../../../src/domain/log/answer-reading.ts";
import { createHandClock } from "../../lab/hand-clock.ts";
import { idAt, logEntry, noon, startedCall } from "../../lab/log-entries.ts";
import { sseEvents } from "../../lab/split-events.ts";

function setUp(queueBytes = 1_000_000) {
  const clock = createHandClock();
  const events = createCallEvents();
  const feed = createEventFeed({ events, clock, heartbeatMs: 1_000, queueBytes });
  const listen = () => {
    const reader = feed.open().getReader();
    return {
      /** What came since the last look; null at the end. */
      next: async () => {
        const { value, done } = await reader.read();
        return done ? null : new TextDecoder().decode(value);
      },
      leave: () => reader.cancel(),
    };
  };
  return { clock, events, feed, listen };
}

describe("a listener", () => {
  test("gets something at once, so that it knows that it listens", async () => {
    expect(await setUp().listen().next()).toBe(": events\n\n");
  });

  test("hears of each call's beginning and end, with the row as the API gives it", async () => {
    const { events, listen } = setUp();
    const listener = listen();
    await listener.next();
    events.started(startedCall());
    events.ended(logEntry(), { ...nothingRead, promptTokens: 7, totalTokens: 7 });
    const heard = sseEvents(((await listener.next()) ?? "") + ((await listener.next()) ?? ""));
    expect(heard.map((event) => event.event)).toEqual(["started", "completed"]);
    const rows = heard.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
    for (const row of rows) expect([...Value.Errors(eventSchema, row)]).toEqual([]);
    expect(rows).toMatchObject([
      { id: idAt(noon), state: "inflight" },
      { id: idAt(noon), state: "completed", prompt_tokens: 7, total_tokens: 7 },
    ]);
  });

  test("hears nothing of calls from before it listened", async () => {
    const { events, listen, clock } = setUp();
    events.ended(logEntry());
    const listener = listen();
    await listener.next();
    clock.pass(1_000);
    expect(await listener.next()).toBe(": ping\n\n");
  });

  test("gets a comment after each silence, counted from the last thing it got", async () => {
    const { clock, events, listen } = setUp();
    const listener = listen();
    await listener.next();
    clock.pass(900);
    events.ended(logEntry());
    expect(await listener.next()).toStartWith("event: completed");
    clock.pass(999);
    clock.pass(1);
    expect(await listener.next()).toBe(": ping\n\n");
    clock.pass(1_000);
    expect(await listener.next()).toBe(": ping\n\n");
  });

  test("that is too slow is dropped; others hear everything", async () => {
    const { events, feed, listen } = setUp(5_000);
    const slow = listen();
    const quick = listen();
    await quick.next();
    const heard: string[] = [];
    for (let number = 0; number < 20; number++) {
      events.ended(logEntry({ id: idAt(noon, number) }));
      heard.push((await quick.next()) ?? "");
    }
    expect(heard.map((text) => text.includes("event: completed"))).toEqual(
      Array.from({ length: 20 }, () => true),
    );
    expect(feed.listeners()).toBe(1);
    const end = (async () => {
      while ((await slow.next()) !== null);
    })().then(
      () => "ended",
      () => "broken",
    );
    expect(await end).toBe("broken");
  });

  test("that leaves is forgotten, and with the last one the timer and the subscription go", async () => {
    const { clock, events, feed, listen } = setUp();
    const [one, two] = [listen(), listen()];
    expect(events.wanted()).toBe(true);
    await one.leave();
    expect(feed.listeners()).toBe(1);
    await two.leave();
    expect(feed.listeners()).toBe(0);
    expect(clock.pending()).toBe(0);
    expect(events.wanted()).toBe(false);
  });

  test("that comes after others have left hears events again", async () => {
    const { events, listen } = setUp();
    await listen().leave();
    const listener = listen();
    await listener.next();
    events.ended(logEntry());
    expect(await listener.next()).toStartWith("event: completed");
  });
});

test("a feed that closes ends every stream at once, and those that come later", async () => {
  const { clock, feed, listen } = setUp();
  const listener = listen();
  await listener.next();
  feed.close();
  expect(await listener.next()).toBeNull();
  const late = listen();
  await late.next();
  expect(await late.next()).toBeNull();
  expect(clock.pending()).toBe(0);
});
