// What the pages say of a search index that is damaged, for as long as it is.
import { expect, test } from "bun:test";
import { createLogNotices } from "../../../../src/adapters/logs/pipeline/log-notices.ts";
import type { Happening } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { createSearchWatch } from "../../../../src/adapters/logs/pipeline/search-watch.ts";
import type { WorkerThread } from "../../../../src/adapters/logs/pipeline/worker-thread.ts";

const begun: Happening = { kind: "search_begun", message: "damaged; begun anew" };
const off: Happening = { kind: "search_off", message: "damaged; nothing is found" };

/** A log's thread that answers as the test says, oldest question first. */
function setUp() {
  const asked: string[] = [];
  const answers: ((result: object) => void)[] = [];
  const writing = {
    call(kind: string) {
      asked.push(kind);
      return new Promise((resolve) => {
        answers.push(resolve);
      });
    },
  } as unknown as Pick<WorkerThread, "call">;
  const said: string[] = [];
  const notices = createLogNotices({ now: () => 0 });
  const watch = createSearchWatch(writing, notices, (message) => said.push(message));
  async function settle(result: object): Promise<void> {
    answers.shift()?.(result);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }

  return {
    watch,
    asked,
    said,
    answer: (...happened: readonly Happening[]) => settle({ ok: true, value: happened }),
    fail: (message: string) => settle({ ok: false, message }),
    shown: () => notices.current().map(({ message }) => message.slice(0, 45)),
  };
}
const filling = "The log's search index is being filled again:";
const notWorking = "The log's search does not work: its index is ";
const wasDamaged = "The log's search index was damaged, and begun";

test("one that is whole is nobody's business", () => {
  const { watch, asked, shown } = setUp();
  watch.opened("whole");
  watch.retry();
  expect([asked, shown()]).toEqual([[], []]);
});

test("one that a stop left half filled is filled, and said to be until it is", async () => {
  const { watch, asked, shown, answer } = setUp();
  watch.opened("filling");
  expect([asked, shown()]).toEqual([["fillSearch"], [filling]]);
  await answer();
  expect(shown()).toEqual([]);
});

test("one whose filling failed, as bodies were out of reach, is filled an hour later", async () => {
  const { watch, asked, said, shown, answer, fail } = setUp();
  watch.opened("filling");
  watch.retry();
  await fail("no whole answer within 10 s");
  expect([asked, shown()]).toEqual([["fillSearch"], [filling]]);
  expect(said).toEqual(["the search index could not be filled: no whole answer within 10 s"]);
  watch.retry();
  await answer();
  expect([asked, shown()]).toEqual([["fillSearch", "fillSearch"], []]);
});

test("one that a search found damaged is checked once, begun anew and filled", async () => {
  const { watch, asked, said, shown, answer } = setUp();
  watch.damaged();
  watch.damaged();
  expect(asked).toEqual(["checkSearch"]);
  await answer(begun);
  expect(said).toEqual([begun.message]);
  expect(shown()).toEqual([filling, wasDamaged]);
  await answer();
  expect(shown()).toEqual([wasDamaged]);
});

test("one that cannot be begun anew is said not to work until a later try succeeds", async () => {
  const { watch, asked, shown, answer } = setUp();
  watch.happened(off);
  expect(shown()).toEqual([notWorking]);
  watch.retry();
  await answer(off);
  expect(shown()).toEqual([notWorking]);
  watch.retry();
  await answer(begun);
  await answer();
  expect(shown()).toEqual([wasDamaged]);
  expect(asked).toEqual(["checkSearch", "checkSearch", "fillSearch"]);
});

test("after the close nothing is begun", async () => {
  const { watch, asked } = setUp();
  await watch.close();
  watch.damaged();
  watch.opened("filling");
  expect(asked).toEqual([]);
});
