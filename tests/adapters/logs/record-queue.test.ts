// The queue before the writer, whatever comes in whatever order: nothing lost unseen, errors outlive successes.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createRecordQueue } from "../../../src/adapters/logs/record-queue.ts";
import { captured, idAt, logEntry, noBodies, noon, startedEntry } from "../../lab/log-entries.ts";

const action = fc.oneof(
  fc.record({ kind: fc.constant("starts" as const) }),
  fc.record({
    kind: fc.constant("ends" as const),
    failed: fc.boolean(),
    /** Of a call that began before, if there is one. */
    begun: fc.boolean(),
    size: fc.integer({ min: 0, max: 60 }),
  }),
  fc.record({ kind: fc.constant("taken" as const) }),
);

test("every end is taken, waits or is told as dropped, exactly once, within the limits", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const limits = { entries: 5, bytes: 100 };
      const queue = createRecordQueue(limits);
      let calls = 0;
      const begun: string[] = [];
      const ended = new Map<string, { failed: boolean; size: number }>();
      const dropped: string[] = [];
      const taken: string[] = [];
      const waiting = () =>
        [...ended.keys()].filter((id) => !dropped.includes(id) && !taken.includes(id));
      const take = () => {
        const batch = queue.take();
        for (const { entry } of batch) if (entry.state !== "inflight") taken.push(entry.id);
        return batch.length;
      };
      for (const step of actions)
        if (step.kind === "starts") {
          const id = idAt(noon, ++calls);
          begun.push(id);
          queue.started(startedEntry({ id }));
        } else if (step.kind === "taken") take();
        else {
          const id = (step.begun ? begun.shift() : undefined) ?? idAt(noon, ++calls);
          const before = waiting();
          const state = step.failed ? "failed" : "completed";
          const bodies = { ...noBodies, request: captured("x".repeat(step.size)) };
          const lost = queue.ended(logEntry({ id, state }), bodies).map(({ entry }) => entry.id);
          ended.set(id, { failed: step.failed, size: step.size });
          dropped.push(...lost);
          const errorsLost = lost.filter((one) => ended.get(one)?.failed === true);
          // An error goes only when it is the one that came, and nothing but errors waits.
          if (errorsLost.length > 0) {
            expect(errorsLost).toEqual([id]);
            const left = before.filter((one) => !lost.includes(one));
            expect(left.every((one) => ended.get(one)?.failed === true)).toBe(true);
          }
          const bytes = waiting().reduce((sum, one) => sum + (ended.get(one)?.size ?? 0), 0);
          expect(queue.size()).toBeLessThanOrEqual(limits.entries);
          expect(bytes <= limits.bytes || waiting().length === 1).toBe(true);
        }
      while (take() > 0);
      expect([...dropped, ...taken].toSorted()).toEqual([...ended.keys()].toSorted());
    }),
    { numRuns: 300 },
  );
});
