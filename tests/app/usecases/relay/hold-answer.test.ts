// How far an answer is held, and which of its bytes are counted.
import { expect, test } from "bun:test";
import type { LiveSource, LiveStep } from "../../../../src/app/usecases/relay/event-stream.ts";
import { holdAnswer } from "../../../../src/app/usecases/relay/hold-answer.ts";
import { createBudget } from "../../../../src/domain/failover/budget.ts";

const failure = { reason: "broken", message: "cut", codes: [], event: null } as const;
const step = (more: Partial<LiveStep> = {}): LiveStep => ({
  pieces: [new Uint8Array(10)],
  content: false,
  outcome: "open",
  complete: false,
  ...more,
});

/** A source of given steps, whose commit point comes with the first content. */
function sourceOf(...steps: readonly LiveStep[]) {
  const left = [...steps];
  let committed = false;
  const source: LiveSource = {
    next() {
      const now = left.shift();
      if (now === undefined) return new Promise(() => undefined);
      committed ||= now.content;
      return Promise.resolve(now);
    },
    committed: () => committed,
    commit() {
      committed = true;
    },
    midEvent: () => false,
    changed: () => false,
    warnings: () => [],
    remark: () => null,
    lastWords: () => null,
    alive: () => null,
    cancel: () => undefined,
  };
  return { source, left };
}

test.each<[name: string, steps: LiveStep[], held: object, counted: number]>([
  [
    "up to the first content, and no further",
    [step(), step({ content: true }), step()],
    { ended: false, complete: false, partial: false, failure: null },
    20,
  ],
  [
    "to its end",
    [step(), step({ outcome: "ended" })],
    { ended: true, complete: true, partial: false, failure: null },
    20,
  ],
  [
    "until it breaks",
    [step(), step({ outcome: failure })],
    { ended: false, partial: false, failure },
    20,
  ],
  [
    "until no more may be held: what came then goes along, uncounted",
    [step(), step(), step(), step()],
    { ended: false, partial: true, failure: null },
    20,
  ],
])("an answer is held %s", async (_name, steps, expected, counted) => {
  const budget = createBudget(25);
  const share = budget.share();
  let contents = 0;
  const { source } = sourceOf(...steps);
  const held = await holdAnswer(source, "sse", {
    share,
    listener: { onContent: () => void contents++ },
  });
  expect(held).toMatchObject(expected);
  expect(contents).toBe(steps.filter(({ content }) => content).length);
  expect(budget.taken()).toBe(counted);
  share[Symbol.dispose]();
  expect(budget.taken()).toBe(0);
});

test("a share that was given back takes no more: the rest of an answer nobody waits for is not counted", async () => {
  const budget = createBudget(100);
  const share = budget.share();
  share[Symbol.dispose]();
  const { source } = sourceOf(step(), step());
  expect(
    await holdAnswer(source, "sse", { share, listener: { onContent: () => undefined } }),
  ).toMatchObject({ partial: true });
  expect(budget.taken()).toBe(0);
});
