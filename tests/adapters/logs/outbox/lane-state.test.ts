// How often a way that is closed is tried, and how often that is said.
import { expect, test } from "bun:test";
import { createLaneState } from "../../../../src/adapters/logs/outbox/lane-state.ts";

function lab(chance: number) {
  const clock = { now: 1_000 };
  const state = createLaneState({
    inTrouble: (why) => `closed: ${why}`,
    again: () => "open again",
    now: () => clock.now,
    chance: () => chance,
  });
  return { state, clock, fails: () => state.failed({ why: "away", isRefusal: false }) };
}

test("it is tried again after 100 ms, and ever later up to 5 s, half of it by chance", () => {
  for (const [chance, share] of [
    [0, 0.5],
    [1, 1],
  ] as const) {
    const { state, fails } = lab(chance);
    expect(state.pauseMs()).toBe(0);
    const pauses = Array.from({ length: 8 }, () => {
      fails();
      return state.pauseMs();
    });
    expect(pauses).toEqual(
      [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map((ms) => ms * share),
    );
    state.succeeded();
    fails();
    expect(state.pauseMs()).toBe(100 * share);
  }
});

test("a trouble is said once a minute, and its end once, whichever way the clock is put", () => {
  const { state, clock, fails } = lab(0);
  expect(state.succeeded()).toBeNull();
  expect(fails()).toBe("closed: away");
  clock.now += 59_999;
  expect(fails()).toBeNull();
  clock.now += 1;
  expect(fails()).toBe("closed: away");
  clock.now = 500;
  expect(fails()).toBe("closed: away");
  expect(state.report()).toMatchObject({
    isUp: false,
    downSince: 1_000,
    why: "away",
    refused: null,
  });
  expect(state.succeeded()).toBe("open again");
  expect(state.succeeded()).toBeNull();
  expect(state.report()).toMatchObject({ isUp: true, downSince: null, why: null, wasUp: true });
});

test("a refusal is told from a way that is away", () => {
  const { state } = lab(0);
  state.failed({ why: "wrong password", isRefusal: true });
  expect(state.report()).toMatchObject({ isUp: false, refused: "wrong password", wasUp: false });
  state.failed({ why: "away", isRefusal: false });
  expect(state.report().refused).toBeNull();
});
