// The queue before the writer, whatever comes in whatever order: nothing lost unseen, errors outlive
// successes, and bodies go before rows do.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createRecordQueue } from "../../../../src/adapters/logs/pipeline/record-queue.ts";
import { capturedSize } from "../../../../src/adapters/logs/pipeline/wire-batch.ts";
import { captured, idAt, logEntry, noBodies, noon, startedCall } from "../../../lab/log-entries.ts";

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

test("every end is taken, waits or is reported as dropped, exactly once, within the limits", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const limits = { entries: 5, bytes: 100 };
      const queue = createRecordQueue(limits);
      let calls = 0;
      const begun: string[] = [];
      const ended = new Map<string, { failed: boolean; size: number }>();
      const dropped: string[] = [];
      const taken: string[] = [];
      let [bodiesGiven, bodiesLost, bodiesTaken] = [0, 0, 0];
      const waiting = () =>
        [...ended.keys()].filter((id) => !dropped.includes(id) && !taken.includes(id));
      const take = () => {
        const batch = queue.take(Number.POSITIVE_INFINITY);
        let bytes = 0;
        for (const { entry, bodies } of batch) {
          if (entry.state !== "inflight") taken.push(entry.id);
          const { request } = bodies;
          const size = capturedSize(request);
          bytes += size;
          if (request === null) continue;
          // Whole, or nothing of it and marked.
          expect(request.truncated ? 0 : ended.get(entry.id)?.size).toBe(size);
          if (!request.truncated) bodiesTaken++;
        }
        const biggest = Math.max(0, ...batch.map(({ bodies }) => capturedSize(bodies.request)));
        expect(bytes <= limits.bytes || biggest === bytes).toBe(true);
        return batch.length;
      };
      for (const step of actions)
        if (step.kind === "starts") {
          const id = idAt(noon, ++calls);
          begun.push(id);
          queue.started(startedCall({ id }), 0);
        } else if (step.kind === "taken") take();
        else {
          const id = (step.begun ? begun.shift() : undefined) ?? idAt(noon, ++calls);
          const before = waiting();
          const state = step.failed ? "failed" : "completed";
          const bodies = { ...noBodies, request: captured("x".repeat(step.size)) };
          const loss = queue.ended({ entry: logEntry({ id, state }), bodies });
          const lost = loss.rows.map(({ entry }) => entry.id);
          ended.set(id, { failed: step.failed, size: step.size });
          dropped.push(...lost);
          bodiesGiven++;
          bodiesLost += loss.bodies;
          for (const row of loss.rows) if (row.bodies.request?.truncated === false) bodiesLost++;
          // A row goes only where there are too many rows.
          if (lost.length > 0) expect(before).toHaveLength(limits.entries);
          const errorsLost = lost.filter((one) => ended.get(one)?.failed === true);
          // An error goes only when it is the one that came, and nothing but errors waits.
          if (errorsLost.length > 0) {
            expect(errorsLost).toEqual([id]);
            const left = before.filter((one) => !lost.includes(one));
            expect(left.every((one) => ended.get(one)?.failed === true)).toBe(true);
          }
          expect(queue.size()).toBeLessThanOrEqual(limits.entries);
        }
      while (take() > 0);
      expect([...dropped, ...taken].toSorted()).toEqual([...ended.keys()].toSorted());
      expect(bodiesTaken + bodiesLost).toBe(bodiesGiven);
    }),
    { numRuns: 300 },
  );
});
