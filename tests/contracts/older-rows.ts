// What an engine must make of the rows that an older version wrote: what new ones have, in steps, while
// the log goes on. Run on every implementation whose log may hold such rows.
import { describe, expect, test } from "bun:test";
import type { LogEngine, LogWrite, SenseOf } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogPlace } from "../../src/adapters/logs/pipeline/log-place.ts";
import { createEntryReader } from "../../src/adapters/logs/pipeline/read-entry.ts";
import { captured, idAt, logWrite, noon } from "../lab/log-entries.ts";

export interface SensedColumns {
  readonly id: string;
  readonly who: string | null;
  readonly thread_id: string | null;
  readonly turns_key: string | null;
}

/** A log that an older version left, opened by this one; and hands into it from outside. */
export interface OlderLog {
  readonly engine: LogEngine;
  readonly place: LogPlace;
  /** Of all rows, the oldest first. */
  sensed(): Promise<readonly SensedColumns[]>;
  /** As somebody else would, past the engine. */
  remove(id: string): Promise<void>;
  understand(id: string, threadId: string): Promise<void>;
}

/** Runs a test on such a log with those calls, bodies included. */
export type WithOlderLog = (
  writes: readonly LogWrite[],
  run: (log: OlderLog) => Promise<void>,
) => Promise<void>;

const count = 10;

const question = (words: string) =>
  captured(JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: words }] }));

/** Calls of two people in turn, each the opening of a conversation of its own. */
const calls: readonly LogWrite[] = Array.from({ length: count }, (_, at) =>
  logWrite(
    {
      timestamp: noon + at,
      path: "/v1/chat/completions",
      userAgent: "codex/1.2",
      authUser: at % 2 === 0 ? "anna" : null,
    },
    { request: question(`question ${at}`), response: captured("{}") },
    { promptTokens: 10, completionTokens: 5, finishReason: "length" },
  ),
);

/** As the log's thread has it. */
export function senses(): SenseOf {
  const reader = createEntryReader({ costOf: (_, { promptTokens }) => promptTokens });
  return (call) => Promise.resolve(reader.read(call).sense);
}

export function olderRowsContract(name: string, withOlderLog: WithOlderLog): void {
  const on = (rule: string, run: (log: OlderLog) => Promise<void>) =>
    test(rule, () => withOlderLog(calls, run));

  describe(`${name}: rows of an older version`, () => {
    on("get user, client, words, thread, cost and warnings", async (log) => {
      const senseOf = senses();
      while (await log.engine.upkeep.senseOlder(3, senseOf));
      const reader = await log.engine.reader(log.place);
      const { logs } = await reader.list({ limit: 50, user: "anna", client: "codex" });
      expect(logs.map(({ id }) => id)).toEqual([8, 6, 4, 2, 0].map((at) => idAt(noon + at)));
      expect(logs[0]).toMatchObject({
        client: "codex/1.2",
        asked: "question 8",
        cost: 10e-9,
        warnings: ["malformed_event", "reply_cut"],
        attempts: [{ upstream: "fast-box", changed: ["added: temperature", "dropped: user"] }],
      });
      const thread = logs[0]?.thread_id ?? "";
      expect((await reader.list({ limit: 50, thread })).logs).toMatchObject([{ id: logs[0]?.id }]);
      const sums = { calls: 1, prompt_tokens: 10, cost: 10e-9, title: "question 8", user: "anna" };
      expect(await reader.thread(thread)).toMatchObject(sums);
      expect((await reader.threads({ limit: 50 })).threads).toHaveLength(count);
      const rows = await log.sensed();
      expect(rows.filter(({ who }) => who === "10.0.0.5")).toHaveLength(count / 2);
      // A new call gets the same of the same.
      const again = calls.slice(-1).map((call) => createEntryReader().read(call).sense);
      expect(rows.slice(-1)).toMatchObject(
        again.map(({ threadId, turnsKey }) => ({ thread_id: threadId, turns_key: turnsKey })),
      );
      const asked = () => Promise.reject(new Error("it was asked"));
      expect(await log.engine.upkeep.senseOlder(3, asked)).toBe(false);
    });

    on("are understood once each, the newest first, whatever stops it", async (log) => {
      const asked: string[] = [];
      const senseOf: SenseOf = (call) => {
        asked.push(call.entry.id);
        return senses()(call);
      };
      expect(await log.engine.upkeep.senseOlder(4, senseOf)).toBe(true);
      await log.engine.close();
      await log.engine.open(log.place, noon);
      while (await log.engine.upkeep.senseOlder(4, senseOf));
      expect(asked).toEqual(calls.map(({ entry }) => entry.id).toReversed());
      expect((await log.sensed()).filter(({ who }) => who === null)).toEqual([]);
    });

    on("stay as they are where a step fails, and are understood the next time", async (log) => {
      const failing = log.engine.upkeep.senseOlder(4, () => Promise.reject(new Error("no")));
      expect(await failing.catch(() => "failed")).toBe("failed");
      expect((await log.sensed()).every(({ who }) => who === null)).toBe(true);
      while (await log.engine.upkeep.senseOlder(4, senses()));
      expect((await log.sensed()).some(({ who }) => who === null)).toBe(false);
    });

    on("that somebody else changed or removed meanwhile are left as they are", async (log) => {
      const own = { ...logWrite().sense, client: "own/1", threadId: idAt(noon) };
      const fresh = { ...logWrite({ timestamp: noon + 100 }), sense: own };
      await log.engine.write([fresh]);
      const [changed, removed] = [idAt(noon + 1), idAt(noon + count - 1)];
      let isFirst = true;
      const senseOf = senses();
      while (
        await log.engine.upkeep.senseOlder(count + 1, async (call) => {
          if (isFirst) {
            isFirst = false;
            await log.understand(changed, idAt(noon));
            await log.remove(removed);
          }
          return senseOf(call);
        })
      );
      const rows = await log.sensed();
      expect(rows.map(({ id }) => id)).not.toContain(removed);
      expect(rows).toHaveLength(count);
      // All of them count, as they are.
      const { threads } = await (await log.engine.reader(log.place)).threads({ limit: 50 });
      expect(threads.reduce((sum, { calls: own }) => sum + own, 0)).toBe(count);
      expect(threads.find(({ id }) => id === idAt(noon))).toMatchObject({ calls: 2 });
      for (const id of [fresh.entry.id, changed])
        expect(rows.find((row) => row.id === id)).toMatchObject({ thread_id: idAt(noon) });
      expect(rows.every(({ who }) => who !== null)).toBe(true);
    });
  });
}
