// Rows that an older version wrote get what new ones have, in steps, while the log goes on.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { LogWrite, SenseOf } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { createEntryReader } from "../../../../src/adapters/logs/pipeline/read-entry.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { beginVersion9 } from "../../../lab/log-version-9.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

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
function senses(): SenseOf {
  const reader = createEntryReader((_, { promptTokens }) => promptTokens);
  return (call) => Promise.resolve(reader.read(call).sense);
}

interface Sensed {
  readonly id: string;
  readonly who: string | null;
  readonly thread_id: string | null;
  readonly turns_key: string | null;
}

const sensedIn = (path: string) =>
  queryDatabase<Sensed>(path, "select id, who, thread_id, turns_key from requests order by seq");
const stateIn = (path: string) =>
  queryDatabase<object>(path, "select value from state where name = 'sense_below'");

/** A file that version 9 left, with the bodies of its calls, as this version opens it. */
async function withOlderRows(
  run: (log: ReturnType<typeof sqliteLog>, path: string) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    beginVersion9(path, []);
    const log = sqliteLog();
    await log.open(logPlace(path), noon);
    // Bodies are kept as they were: written by this version, and what it knows more is taken away.
    await log.write([...calls]);
    await log.close();
    const raw = new Database(path);
    raw.run(`update requests set who = null, client_name = null, client = null, thread_id = null,
      turns_key = null, cost = null, detail = json_remove(detail, '$[24]', '$[23]')`);
    for (const index of ["who", "client", "thread", "duration", "tokens", "cost"])
      raw.run(`drop index requests_${index}`);
    for (const column of ["who", "client_name", "client", "thread_id", "turns_key", "cost"])
      raw.run(`alter table requests drop column ${column}`);
    raw.run("pragma user_version = 9");
    raw.close();
    await log.open(logPlace(path), noon);
    try {
      await run(log, path);
    } finally {
      await log.close();
    }
  });
}

test("rows of version 9 get user, client, words, thread, cost and warnings", () =>
  withOlderRows(async (log, path) => {
    const senseOf = senses();
    while (await log.engine.upkeep.senseOlder(3, senseOf));
    const reader = await log.engine.reader(logPlace(path));
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
    expect(sensedIn(path).filter(({ who }) => who === "10.0.0.5")).toHaveLength(count / 2);
    // A new call gets the same of the same.
    const [last] = sensedIn(path).slice(-1);
    expect(
      await log.write(calls.slice(-1).map((call) => createEntryReader().read(call))),
    ).toBeTruthy();
    expect(sensedIn(path).at(-1)).toEqual(last as Sensed);
    expect(stateIn(path)).toEqual([]);
    expect(await log.engine.upkeep.senseOlder(3, senseOf)).toBe(false);
  }));

test("rows without bodies, as version 9 itself wrote them, get what their row says", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    beginVersion9(path, calls);
    const log = sqliteLog();
    await log.open(logPlace(path), noon);
    while (await log.engine.upkeep.senseOlder(4, senses()));
    const reader = await log.engine.reader(logPlace(path));
    const { logs } = await reader.list({ limit: 50, client: "codex" });
    expect(logs).toHaveLength(count);
    expect(logs[0]).toMatchObject({ cost: 10e-9, asked: null, thread_id: null });
    await log.close();
  }));

test("it goes on where a stop cut it short, the newest first", () =>
  withOlderRows(async (log, path) => {
    const asked: string[] = [];
    const senseOf: SenseOf = (call) => {
      asked.push(call.entry.id);
      return senses()(call);
    };
    expect(await log.engine.upkeep.senseOlder(4, senseOf)).toBe(true);
    await log.close();
    const again = sqliteLog();
    await again.open(logPlace(path), noon);
    while (await again.engine.upkeep.senseOlder(4, senseOf));
    await again.close();
    expect(asked).toEqual(calls.map(({ entry }) => entry.id).toReversed());
    expect(sensedIn(path).filter(({ who }) => who === null)).toEqual([]);
    expect(stateIn(path)).toEqual([]);
  }));

test("a step that fails changes nothing, and is done again", () =>
  withOlderRows(async (log, path) => {
    const failing = log.engine.upkeep.senseOlder(4, () => Promise.reject(new Error("no")));
    await failing.catch(() => null);
    expect(sensedIn(path).every(({ who }) => who === null)).toBe(true);
    while (await log.engine.upkeep.senseOlder(4, senses()));
    expect(sensedIn(path).some(({ who }) => who === null)).toBe(false);
  }));

test("a new row, one written again and one removed meanwhile are left as they are", () =>
  withOlderRows(async (log, path) => {
    const own = { ...logWrite().sense, client: "own/1", threadId: idAt(noon) };
    const fresh = { ...logWrite({ timestamp: noon + 100 }), sense: own };
    await log.write([fresh]);
    const [, again] = calls;
    const removed = idAt(noon + count - 1);
    let isFirst = true;
    const senseOf = senses();
    while (
      await log.engine.upkeep.senseOlder(count + 1, async (call) => {
        if (isFirst) {
          isFirst = false;
          if (again !== undefined) await log.write([{ ...again, sense: own }]);
          const raw = new Database(path);
          raw.run("delete from requests where id = ?", [removed]);
          raw.close();
        }
        return senseOf(call);
      })
    );
    const rows = sensedIn(path);
    expect(rows.map(({ id }) => id)).not.toContain(removed);
    expect(rows).toHaveLength(count);
    for (const id of [fresh.entry.id, again?.entry.id ?? ""])
      expect(rows.find((row) => row.id === id)).toMatchObject({ thread_id: idAt(noon) });
    expect(rows.every(({ who }) => who !== null)).toBe(true);
  }));
