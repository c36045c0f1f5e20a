// When /readyz turns, decided on a clock moved by hand.
import { describe, expect, test } from "bun:test";
import { createStoreWatch } from "../../../../src/app/usecases/log/store-watch.ts";
import { looked, storeTrouble, wellStore } from "../../../../src/domain/config/readiness.ts";
import { logEntry } from "../../../lab/log-entries.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";

describe("the store's record", () => {
  test("makes the router unready once it has been failing for 5 s, and ready again at once", () => {
    const failing = looked(looked(wellStore, "broken", 1_000), "broken", 3_000);
    expect(storeTrouble(failing, 5_999)).toBeNull();
    expect(storeTrouble(failing, 6_000)).toBe("broken");
    expect(storeTrouble(looked(failing, null, 7_000), 9_000)).toBeNull();
  });

  test("forgets a failure that did not last", () => {
    const again = looked(looked(looked(wellStore, "a", 0), null, 2_000), "b", 4_000);
    expect(storeTrouble(again, 8_999)).toBeNull();
    expect(storeTrouble(again, 9_000)).toBe("b");
  });
});

type StoreAnswer = "good" | "bad" | "never";

function watched() {
  const clock = createHandClock();
  const state = { answer: "good" as StoreAnswer, lost: 0 };
  const watch = createStoreWatch({
    tryReading: () =>
      state.answer === "good"
        ? Promise.resolve()
        : state.answer === "bad"
          ? Promise.reject(new Error("/secret/path"))
          : new Promise(() => undefined),
    flush: () => Promise.resolve(),
    lostRows: () => state.lost,
    clock: { ...clock, elapsed: clock.now, id: () => "", chance: () => 0 },
  });
  /** Lets seconds pass, and every look come to its end. */
  const pass = async (seconds: number) => {
    for (let tick = 0; tick < seconds * 2; tick++) {
      clock.pass(500);
      for (let turn = 0; turn < 12; turn++) await Promise.resolve();
    }
  };
  const ended = () => watch.ended(logEntry(), { request: null, response: null });
  return { clock, state, watch, pass, ended };
}

describe("a store", () => {
  test("that cannot be read is reported after 5 s, in words without paths; and is well once it can", async () => {
    const { state, watch, pass } = watched();
    await pass(4);
    state.answer = "bad";
    await pass(5);
    expect(watch.trouble()).toBeNull();
    await pass(4);
    expect(watch.trouble()).toBe("the log's store cannot be read");
    state.answer = "good";
    await pass(3);
    expect(watch.trouble()).toBeNull();
    watch.stop();
  });

  test("that does not answer at all is reported, too, and asked only once at a time", async () => {
    const { state, watch, pass } = watched();
    state.answer = "never";
    await pass(20);
    expect(watch.trouble()).toBe("the log's store does not answer");
    watch.stop();
  });

  test("that loses rows stays in trouble until it has taken one", async () => {
    const { state, watch, pass, ended } = watched();
    await pass(4);
    ended();
    state.lost = 1;
    await pass(9);
    expect(watch.trouble()).toBe("the log's store does not take rows");
    expect(watch.losesRows()).toBe(true);
    ended();
    await pass(3);
    expect(watch.trouble()).toBeNull();
    expect(watch.losesRows()).toBe(false);
    watch.stop();
  });

  test("is left alone once the watch is stopped", async () => {
    const { clock, watch, pass } = watched();
    await pass(4);
    watch.stop();
    expect(clock.pending()).toBe(0);
  });
});
