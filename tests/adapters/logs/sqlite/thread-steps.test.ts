// Threads of a file that version 10 left: its rows are counted one after the other while the log goes on,
// each once, whatever becomes of them meanwhile.
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { logRow } from "../../../../src/adapters/logs/rows/log-row.ts";
import { idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { createMemoryThreads } from "../../../lab/memory-threads.ts";
import { asOlderVersion } from "../../../lab/older-log.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const threads = [1, 2, 3].map((at) => `0000000${at}-0000-8000-8000-000000000000`);

function call(at: number, own: Parameters<typeof logWrite>[0] = {}): LogWrite {
  const write = logWrite(
    { timestamp: noon + at, ...own },
    {},
    { promptTokens: at, totalTokens: at },
  );
  const sense = { ...write.sense, threadId: threads[at % 3] ?? null, asked: `question ${at}` };
  return { ...write, sense };
}

function started(at: number): LogWrite {
  const write = logWrite({ timestamp: noon + at });
  const sense = { ...write.sense, threadId: threads[at % 3] ?? null };
  return { ...write, entry: startedEntry({ timestamp: noon + at }), sense };
}

test("rows of version 10 are counted in steps, each once, beside those that are written meanwhile", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const place = logPlace(path);
    const log = sqliteLog();
    await log.open(place, noon);
    const before = [...Array.from({ length: 20 }, (_, at) => call(at)), started(20), started(21)];
    await log.write(before);
    await log.close();
    asOlderVersion(path, 10);

    await log.open(place, noon + 50);
    const { upkeep } = log.engine;
    const nobody = () => Promise.reject(new Error("nothing is to be understood"));
    const reader = await log.engine.reader(place);
    expect(await reader.threads({ limit: 9 })).toEqual({ threads: [], next: null });
    expect(await upkeep.senseOlder(5, nobody)).toBe(true);
    expect((await reader.threads({ limit: 9 })).threads.map(({ calls }) => calls)).toEqual([
      2, 2, 1,
    ]);
    // One that was looked at, one that was not yet, a new one, and one that comes late.
    const meanwhile = [
      call(19, { durationMs: 7 }),
      call(3, { durationMs: 9 }),
      call(60),
      { ...call(61), entry: { ...call(61).entry, id: idAt(noon + 4, 1), timestamp: noon + 4 } },
    ];
    await log.write(meanwhile);
    await log.close();
    await log.open(place, noon + 70);
    while (await upkeep.senseOlder(5, nobody));

    const expected = createMemoryThreads();
    const interrupted = [started(20), started(21)].map((write) => ({
      ...write,
      entry: { ...write.entry, state: "interrupted" as const },
    }));
    expected.written([...before.slice(0, 20), ...interrupted].map(logRow));
    expected.written(meanwhile.map(logRow));
    const again = await log.engine.reader(place);
    expect(await again.threads({ limit: 9 })).toEqual(await expected.threads({ limit: 9 }));
    expect(
      queryDatabase<object>(path, "select value from state where name = 'sense_below'"),
    ).toEqual([]);
    await log.close();
  }));
