// A copy of a log: whole, continued after a stop, and compared row by row.
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { copiedCall } from "../../../../src/adapters/logs/rows/copied-call.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { compareLogs, copyLog } from "../../../../src/app/usecases/log/copy-log.ts";
import type { CopySource, CopyTarget } from "../../../../src/ports/log-copy.ts";
import type { LogDetail } from "../../../../src/ports/browse.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

interface Lab {
  readonly source: CopySource & { write(batch: readonly LogWrite[]): Promise<void> };
  readonly target: CopyTarget & Pick<CopySource, "get">;
}

/** Two logs in SQLite. */
async function withLogs(run: (lab: Lab) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const [from, to] = [sqliteLog(), sqliteLog()];
    const places = ["from", "to"].map((name) => logPlace(join(folder, name, "requests.db")));
    const [fromPlace, toPlace] = places;
    if (fromPlace === undefined || toPlace === undefined) return;
    try {
      await from.engine.open(fromPlace, noon);
      await to.engine.open(toPlace, noon);
      const readers = [
        () => from.engine.reader(fromPlace),
        () => to.engine.reader(toPlace),
      ] as const;
      await run({
        source: {
          list: async (filter) => (await readers[0]()).list(filter),
          get: async (id) => (await readers[0]()).get(id),
          write: async (batch) => void (await from.engine.write(batch)),
        },
        target: {
          list: async (filter) => (await readers[1]()).list(filter),
          get: async (id) => (await readers[1]()).get(id),
          write: async (calls) => (await to.engine.write(calls.map(copiedCall))).lostBodies,
        },
      });
    } finally {
      await from.close();
      await to.close();
    }
  });
}

const silent = () => undefined;
const asking = (content: string) => JSON.stringify({ messages: [{ role: "user", content }] });
const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) =>
    logWrite(
      { timestamp: noon + from + at, state: at % 5 === 4 ? "failed" : "completed" },
      { request: captured(asking(`question ${from + at}`)) },
    ),
  );

describe("a copy", () => {
  test("has every ended row with its bodies, and says what it left out", () =>
    withLogs(async ({ source, target }) => {
      await source.write([
        ...rows(1_203),
        { ...logWrite(), entry: startedEntry({ timestamp: noon + 5_000, id: idAt(noon + 5_000) }) },
      ]);
      const report = await copyLog({ source, target, since: null, progress: silent });
      expect(report).toEqual({ seen: 1_204, copied: 1_203, inFlight: 1, lostBodies: 0 });
      for (const at of [0, 602, 1_202]) {
        const id = idAt(noon + at);
        expect(await target.get(id)).toEqual((await source.get(id)) as LogDetail);
      }
      expect((await target.list({ limit: 2, q: "question" })).logs).toHaveLength(2);
      const { states, differing } = await compareLogs({ source, target, since: null });
      expect(states).toEqual({
        completed: { source: 963, target: 963 },
        failed: { source: 240, target: 240 },
      });
      expect(differing).toEqual([]);
    }));

  test.each([
    ["bytes that are not UTF-8", { request: captured(new Uint8Array([0xff, 0, 1])) }],
    ["an empty body", { request: captured(""), response: captured("") }],
    ["a body that was cut", { response: { ...captured("begin"), truncated: true } }],
    ["a body that was lost", { response: { chunks: [], truncated: true } }],
    ["what a cleaner made", { response: captured("a b"), delivered: captured("a") }],
  ])("carries %s", (_, bodies) =>
    withLogs(async ({ source, target }) => {
      await source.write([logWrite({}, bodies)]);
      await copyLog({ source, target, since: null, progress: silent });
      expect(await target.get(idAt(noon))).toEqual((await source.get(idAt(noon))) as LogDetail);
    }),
  );

  test("continues where it was stopped, and leaves rows of the target alone", () =>
    withLogs(async ({ source, target }) => {
      await source.write(rows(900));
      await target.write([await asDetail(source, idAt(noon + 7))]);
      let left = 2;
      const stopping: CopyTarget = {
        ...target,
        write: async (calls) => {
          if (left-- === 0) throw new Error("the plug was pulled");
          return target.write(calls);
        },
      };
      const stopped = copyLog({ source, target: stopping, since: null, progress: silent });
      expect(await stopped.catch((error: unknown) => error)).toMatchObject({
        message: "the plug was pulled",
      });
      const report = await copyLog({ source, target, since: null, progress: silent });
      expect(report).toEqual({ seen: 900, copied: 499, inFlight: 0, lostBodies: 0 });
      expect((await compareLogs({ source, target, since: null })).differing).toEqual([]);
    }));

  test("goes back as far as it was asked to", () =>
    withLogs(async ({ source, target }) => {
      await source.write(rows(10));
      const since = noon + 6;
      expect(await copyLog({ source, target, since, progress: silent })).toMatchObject({
        copied: 4,
      });
    }));

  test("a comparison names what differs", () =>
    withLogs(async ({ source, target }) => {
      await source.write(rows(10));
      await target.write([{ ...(await asDetail(source, idAt(noon + 3))), path: "/elsewhere" }]);
      const { states, differing } = await compareLogs({ source, target, since: null });
      expect(states.completed).toEqual({ source: 8, target: 0 });
      expect(differing).toHaveLength(5);
    }));
});

async function asDetail(source: CopySource, id: string): Promise<LogDetail> {
  const detail = await source.get(id);
  if (detail === null) throw new Error("there is no such row");
  return detail;
}
