// Routers that share a database: what they say of themselves, call out to each other, and see of each
// other's calls, on a real server.
import { describe, expect, test } from "bun:test";
import { type Client, createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import {
  createPostgresGroup,
  type PostgresGroup,
} from "../../../../src/adapters/logs/postgres/postgres-group.ts";
import { settleSchema } from "../../../../src/adapters/logs/postgres/migrations.ts";
import { writeEnds, writeStarts } from "../../../../src/adapters/logs/postgres/write-calls.ts";
import type { Board, GroupSnapshot, Heard } from "../../../../src/ports/group.ts";
import { idAt, noon } from "../../../lab/log-entries.ts";
import { withPooledDatabase } from "../../../lab/pgbouncer.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { shippedEnd, shippedStart } from "../../../lab/shipments.ts";

interface LabRouter {
  readonly id: string;
  readonly group: PostgresGroup;
  beat(own?: Partial<Board>): Promise<GroupSnapshot>;
  /** Until something of the kind was heard. */
  heard(part: "ended" | "cancelled"): Promise<readonly string[]>;
  ends(ids: readonly string[]): Promise<void>;
  /** @returns its id */
  starts(): Promise<string>;
  /** Its connections to the database end. */
  disconnect(): Promise<void>;
}

const quiet: Board = {
  routesHash: "abc",
  secretHash: null,
  servers: {},
  watching: false,
  leaves: false,
};

/** Two routers on one database, after each has said that it is there and can hear. */
async function withRouters(
  run: (first: LabRouter, second: LabRouter, client: Client) => Promise<void>,
  onDatabase: typeof withDatabase = withDatabase,
): Promise<void> {
  await onDatabase(async (url) => {
    const made: { close(): void }[] = [];
    const clients: Client[] = [];
    let started = 0;
    const join = async (name: string): Promise<LabRouter> => {
      const client = createClient({ url, connections: 2, silenceMs: 5_000 });
      clients.push(client);
      const id = crypto.randomUUID();
      const sender = { id, name, version: "1.0" };
      await settleSchema(client);
      const group = createPostgresGroup({
        client,
        url,
        instance: sender,
        backlog: () => ({ rows: 3, bytes: 900, lagMs: 40 }),
      });
      made.push(group);
      const all: Heard[] = [];
      const beat = (own: Partial<Board> = {}) => group.beat({ ...quiet, ...own });
      return {
        id,
        group,
        beat,
        async heard(part) {
          for (;;) {
            const found = all.flatMap((one): string[] =>
              part === "ended" ? one.ended.map((row) => row.id) : [...one.cancelled],
            );
            if (found.length > 0) return found;
            const next = await group.hear();
            if (next === null) throw new Error("closed");
            all.push(next);
          }
        },
        async ends(ids) {
          const ended = ids.map((own) => shippedEnd({ id: own }));
          await client.inTransaction((run) => writeEnds(run, id, ended));
        },
        async starts() {
          const start = shippedStart({ id: idAt(Date.now(), ++started), originalModel: "m" });
          await client.inTransaction((run) => writeStarts(run, id, [start]));
          return start.id;
        },
        disconnect: () => client.close(),
      };
    };
    try {
      await run(await join("one"), await join("two"), clients[0]!);
    } finally {
      for (const one of made) one.close();
      for (const client of clients) await client.close();
    }
  });
}

/** Beats until both listen: a connection is opened with a beat that finds none. */
async function listening(client: Client, routers: readonly LabRouter[], own: Partial<Board> = {}) {
  for (;;) {
    for (const router of routers) await router.beat(own).catch(() => undefined);
    const [row] = await client.run<{ count: string }>(
      "select count(*)::text as count from pg_stat_activity where query like 'LISTEN%' and datname = current_database()",
    );
    if (Number(row?.count) >= routers.length) return;
    await Bun.sleep(10);
  }
}

test("one whose connection has ended is gone after two beats without it, others are after 15 s", async () => {
  await withRouters(async (first, second, client) => {
    const others = async () =>
      (await first.beat()).members.flatMap(({ id }) => (id === first.id ? [] : [id]));
    const silentFor = (seconds: number) =>
      client.run(
        `update instances set seen_at = now() - interval '${seconds} s' where id = $1::uuid`,
        [second.id],
      );
    await second.beat();
    await silentFor(14);
    expect(await others()).toEqual([second.id]);
    await silentFor(16);
    expect(await others()).toEqual([]);
    await silentFor(2);
    await second.disconnect();
    expect(await others()).toEqual([second.id]);
    await silentFor(4);
    // The server may take a moment to notice.
    while ((await others()).length > 0) await Bun.sleep(10);
    await second.beat();
    await silentFor(4);
    expect(await others()).toEqual([second.id]);
  });
});

test("each reads what all have said, in the group's own words", async () => {
  await withRouters(async (first, second) => {
    const alone = await first.beat({ servers: { gpu: { demand: 3, held: 2, limit: 4 } } });
    expect(alone.members.map(({ id }) => id)).toEqual([first.id]);
    expect(alone.selfId).toBe(first.id);
    expect(Math.abs(alone.databaseNow - alone.ownNow)).toBeLessThan(2_000);
    const both = await second.beat({ routesHash: "other", watching: true });
    expect(both.groupId).toBe(alone.groupId);
    const seen = both.members.find(({ id }) => id === first.id);
    expect(seen).toMatchObject({
      name: "one",
      version: "1.0",
      routesHash: "abc",
      servers: { gpu: { demand: 3, held: 2, limit: 4 } },
      backlog: { rows: 3, bytes: 900, lagMs: 40 },
    });
    expect(both.members.find(({ id }) => id === second.id)).toMatchObject({ watching: true });
  });
});

test("one that was not seen for 15 s is gone, and so is one that has left", async () => {
  await withRouters(async (first, second, client) => {
    await first.beat();
    await second.beat();
    const age = (id: string, seconds: number) =>
      client.run(
        `update instances set seen_at = now() - interval '${seconds} seconds' where id = $1::uuid`,
        [id],
      );
    const others = async () => (await first.beat()).members.map(({ name }) => name).toSorted();
    await age(second.id, 13);
    expect(await others()).toEqual(["one", "two"]);
    await age(second.id, 16);
    expect(await others()).toEqual(["one"]);
    await second.beat();
    expect(await others()).toEqual(["one", "two"]);
    await second.beat({ leaves: true });
    expect(await others()).toEqual(["one"]);
  });
});

test("a statement that the server takes up late does not undo what was said after it", async () => {
  await withRouters(async (first, _, client) => {
    await first.beat({ servers: { gpu: { demand: 1, held: 1, limit: 4 } } });
    const [early] = await client.run<{ board: string }>(
      "select board::text as board from instances where board <> '{}'",
    );
    await first.beat({ servers: { gpu: { demand: 1, held: 4, limit: 4 } } });
    const { beat, run: process } = JSON.parse(early!.board) as { beat: number; run: string };
    const late = await client.run(
      `update instances set board = $1::text::jsonb where (board->>'run' is distinct from $2
        or (board->>'beat')::bigint < $3) and id = $4::uuid returning 1`,
      [early!.board, process, beat, first.id],
    );
    expect(late).toHaveLength(0);
    const { members } = await first.beat({ servers: { gpu: { demand: 1, held: 4, limit: 4 } } });
    expect(members[0]?.servers["gpu"]?.held).toBe(4);
  });
});

describe("where messages are heard", () => {
  test("ended calls of others come as rows, each once, and only while somebody looks", async () => {
    await withRouters(async (first, second, client) => {
      await listening(client, [first, second]);
      await first.beat({ watching: true });
      await second.beat();
      const now = Date.now();
      const ids = Array.from({ length: 250 }, (_, at) => idAt(now, at));
      await second.ends(ids);
      second.group.shipped(ids);
      second.group.shipped(ids.slice(0, 3));
      const heard: string[] = [];
      while (heard.length < ids.length) {
        const next = await first.group.hear();
        heard.push(...(next?.ended ?? []).map(({ id }) => id));
      }
      expect(heard.toSorted()).toEqual(ids);
      await first.beat();
      await second.beat();
      const unwanted = idAt(now, 999);
      await second.ends([unwanted]);
      second.group.shipped([unwanted]);
      await second.group.call();
      expect(await first.group.hear()).toEqual({ ended: [], cancelled: [], beat: true });
    });
  });

  test("a call is ended where it is answered, whichever router is asked", async () => {
    await withRouters(async (first, second, client) => {
      await listening(client, [first, second]);
      const id = await second.starts();
      const [call] = await first.group.inFlight();
      expect(call?.instance).toEqual({ id: second.id, name: "two" });
      expect(call?.row).toMatchObject({ id, state: "inflight", original_model: "m" });
      expect(await second.group.inFlight()).toEqual([]);
      expect(await first.group.cancel(id)).toBe(true);
      expect(await second.heard("cancelled")).toEqual([id]);
      expect(await first.group.cancel(idAt(noon, 2))).toBe(false);
    });
  });
});

test("where nothing is heard, a cancelled call is found with the next beat", async () => {
  await withRouters(async (first, second) => {
    await first.beat();
    const id = await second.starts();
    await first.group.cancel(id);
    expect((await first.beat()).cancelled).toEqual([]);
    expect((await second.beat()).cancelled).toEqual([id]);
  });
});

test("the server's end fails a beat, and the next one after its return is heard again", async () => {
  await withRouters(async (first, second, client) => {
    await listening(client, [first, second]);
    await client
      .run(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()",
      )
      .catch(() => undefined);
    await listening(client, [first, second]);
    await second.group.call();
    expect(await first.group.hear()).toMatchObject({ beat: true });
  });
});

test("behind a pooler that lets nothing be heard, ended calls are looked for while somebody looks", async () => {
  await withRouters(async (first, second) => {
    const now = Date.now();
    const [early, late] = [idAt(now, 1), idAt(now, 2)];
    await second.ends([early]);
    await first.beat({ watching: true });
    // What is there already stands on the page: it is told of what comes.
    await Bun.sleep(50);
    await second.ends([late]);
    second.group.shipped([late]);
    const heard = first.heard("ended");
    while ((await Promise.race([heard, Bun.sleep(200)])) === undefined)
      await first.beat({ watching: true });
    expect(await heard).toEqual([late]);
  }, withPooledDatabase);
});
