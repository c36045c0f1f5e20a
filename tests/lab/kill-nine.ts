// The real program under load, killed without warning, and what its log then holds.
import { join } from "node:path";
import { Database } from "bun:sqlite";
import type { LogPage } from "../../src/ports/browse.ts";
import { until } from "./live-view.ts";
import { createRandom } from "./random.ts";
import { type SpawnedRouter, spawnRouter } from "./spawn-router.ts";
import { withTempFolder } from "./temp-folder.ts";
import { withFakes } from "./with-fakes.ts";

export interface KillReport {
  readonly kills: number;
  /** Calls answered. */
  readonly answered: number;
  /** Of these, those whose rows must be there: answered longer than the grace before the kill, or seen in the log. */
  readonly owed: number;
  /** Owed rows that are missing, or not complete, and owed answers that cannot be continued. */
  readonly lost: readonly string[];
  /** What is wrong with the database. */
  readonly damage: readonly string[];
  /** ms before the kill at which the newest call was answered whose row is missing; 0: none is. */
  readonly latestLoss: number;
}

export interface KillOptions {
  readonly seed?: number;
  /**
   * ms that a row may take into the log: 100 on a machine that has nothing else to do. null: as long as
   * it takes; owed is what the router has shown of its log before the kill.
   */
  readonly graceMs?: number | null;
  /** That send one call after the other. */
  readonly clients?: number;
  /** Called after each kill with what is known so far. */
  readonly tell?: (report: KillReport) => void;
}

/**
 * Starts a router again and again on one database, puts it under load and kills it after a random
 * time; looks into the database after each kill.
 */
export async function killRepeatedly(
  kills: number,
  { seed = Date.now(), graceMs = 100, clients = 8, tell = () => undefined }: KillOptions = {},
): Promise<KillReport> {
  const random = createRandom(seed);
  let answered = 0;
  let owed = 0;
  let latestLoss = 0;
  const lost: string[] = [];
  const damage: string[] = [];
  const report = (done: number): KillReport => ({
    kills: done,
    answered,
    owed,
    lost,
    damage,
    latestLoss,
  });
  await withTempFolder((folder) =>
    withFakes({ a: {} }, async ({ a }) => {
      const path = join(folder, "requests.db");
      const env = {
        DB_PATH: path,
        BLOB_STORAGE_PATH: join(folder, "blobs"),
        BLOB_INLINE_LIMIT: "5000",
      };
      const routes = `servers: { a: { url: "${a.url}", speaks: [chat] } }`;
      /** An answer that the router of before owed. */
      let previous: string | null = null;
      // A load, not a race for the processor: models take their time.
      a.always({ kind: "answer", delayMs: 10 });
      for (let round = 1; round <= kills; round++) {
        const router = await spawnRouter({ env, routes });
        if (previous !== null && !(await isKept(router, previous)))
          lost.push(`answer ${previous}, after kill ${round - 1}`);
        const calls = await loadUntilKilled(
          router,
          clients,
          random.int(20, Math.max(400, (graceMs ?? 0) * 2)),
          graceMs === null,
        );
        const isOwed = (id: string, at: number) =>
          graceMs === null ? calls.shown.has(id) : calls.killedAt - at > graceMs;
        const { missing, wrong } = inspect(path, calls.answered, calls.kept);
        answered += calls.answered.size;
        for (const [id, at] of calls.answered) {
          const before = calls.killedAt - at;
          if (isOwed(id, at)) owed++;
          if (isOwed(id, at) && calls.kept.has(id)) previous = responseIdOf(id);
          if (!missing.has(id)) continue;
          latestLoss = Math.max(latestLoss, before);
          if (isOwed(id, at)) lost.push(`${id}, ${Math.round(before)} ms before kill ${round}`);
        }
        damage.push(...wrong.map((what) => `${what}, after kill ${round}`));
        tell(report(round));
      }
    }),
  );
  return report(kills);
}

/** Calls answered before the time to the kill begins: with none, it would prove nothing. */
const enough = 10;

/**
 * @param looks whether the log is looked at before the time to the kill begins
 * @returns when each call was answered, and when the process was killed
 */
async function loadUntilKilled(
  router: SpawnedRouter,
  clients: number,
  afterMs: number,
  looks: boolean,
): Promise<{
  readonly answered: ReadonlyMap<string, number>;
  /** Of these, answers that can be continued. */
  readonly kept: ReadonlySet<string>;
  /** Of these, those that the log has shown; none where it was not looked at. */
  readonly shown: ReadonlySet<string>;
  readonly killedAt: number;
}> {
  const answered = new Map<string, number>();
  const kept = new Set<string>();
  const someAnswered = Promise.withResolvers<void>();
  let killedAt = Number.POSITIVE_INFINITY;
  async function client(number: number): Promise<void> {
    const isResponses = number % 2 === 1;
    let previous: string | null = null;
    for (let call = 0; killedAt === Number.POSITIVE_INFINITY; call++) {
      const content = `client ${number} call ${call} `.repeat(call % 300);
      const asked: object = isResponses
        ? { input: content, previous_response_id: previous }
        : { messages: [{ role: "user", content }] };
      const body = JSON.stringify({ model: "a/m", stream: call % 2 === 0, ...asked });
      const path: string = isResponses ? "responses" : "chat/completions";
      try {
        const response: Response = await fetch(`${router.url}/v1/${path}`, {
          method: "POST",
          body,
        });
        await response.arrayBuffer();
        const at = performance.now();
        const id = response.headers.get("x-request-id") ?? "";
        // A stream that the kill cut short ends without an error here.
        if (at < killedAt) answered.set(id, at);
        if (at < killedAt && isResponses) kept.add(id);
        // A conversation begins anew before it is all that there is to say.
        previous = isResponses && call % 20 < 19 ? responseIdOf(id) : null;
        if (answered.size === enough) someAnswered.resolve();
      } catch {
        return; // killed
      }
    }
  }
  const load = Array.from({ length: clients }, (_, number) => client(number));
  await someAnswered.promise;
  const shown = new Set(looks ? answered.keys() : []);
  if (shown.size > 0) await until(() => showsAll(router, shown));
  await Bun.sleep(afterMs);
  killedAt = performance.now();
  process.kill(router.pid, "SIGKILL");
  await router.exited;
  await Promise.all(load);
  await router.stop();
  return { answered, kept, shown, killedAt };
}

/** Whether the log has the rows of these calls. */
async function showsAll({ url }: SpawnedRouter, ids: ReadonlySet<string>): Promise<boolean> {
  const page = await fetch(`${url}/api/logs?state=completed&limit=500`);
  const { logs } = (await page.json()) as LogPage;
  const there = new Set(logs.map(({ id }) => id));
  return [...ids].every((id) => there.has(id));
}

function responseIdOf(callId: string): string {
  return `resp_${callId.replaceAll("-", "")}`;
}

/** Whether an answer can be continued. */
async function isKept({ url }: SpawnedRouter, previous: string): Promise<boolean> {
  const body = JSON.stringify({ model: "a/m", input: "?", previous_response_id: previous });
  const response = await fetch(`${url}/v1/responses`, { method: "POST", body });
  await response.arrayBuffer();
  return response.status === 200;
}

/** What the log says after a kill. */
function inspect(
  path: string,
  answered: ReadonlyMap<string, number>,
  kept: ReadonlySet<string>,
): { readonly missing: ReadonlySet<string>; readonly wrong: readonly string[] } {
  const db = new Database(path);
  try {
    const one = (sql: string) => Object.values(db.query<object, []>(sql).get() ?? {})[0] as unknown;
    const wrong: string[] = [];
    const expectSame = (what: string, a: unknown, b: unknown) => {
      if (a !== b) wrong.push(`${what}: ${String(a)} instead of ${String(b)}`);
    };
    expectSame("integrity", one("pragma integrity_check"), "ok");
    db.run("insert into search (search) values ('integrity-check')"); // throws where it is damaged
    const rows = one("select count(*) from requests");
    expectSame("rows by id", one("select count(distinct id) from requests"), rows);
    // Those that say the same share an entry.
    const entry = "coalesce(twin_of, seq)";
    expectSame(
      "rows in the search",
      one(`select count(*) from requests where ${entry} in (select id from search_docsize)`),
      rows,
    );
    expectSame(
      "entries of the search",
      one("select count(*) from search"),
      one(`select count(distinct ${entry}) from requests`),
    );
    expectSame(
      "rows in the figures",
      one("select coalesce(sum(amount), 0) from figures where span = 60000 and kind = 0"),
      rows,
    );
    expectSame(
      "segments in the database",
      one("select count(*) from segment_data"),
      one("select count(*) from segments where name is null"),
    );
    // Its numbers: whether it is truncated, then a segment, a place and a length for each piece.
    const missingSegments = `select count(*) from requests, json_each(requests.bodies) as body,
      json_each(body.value) as number where body.type = 'array' and number.key % 3 = 1
      and number.value not in (select id from segments)`;
    expectSame("segments that are not there", one(missingSegments), 0);
    expectSame(
      "items of answers that are not there",
      one(`select count(*) from response_lists, json_each(response_lists.items) as item
        where item.value not in (select seq from response_items)`),
      0,
    );
    expectSame(
      "lists of answers that are not there",
      one(`select count(*) from responses where list not in (select seq from response_lists)`),
      0,
    );
    const answer = db.query<object, [string]>("select 1 from responses where call_id = ?");
    const found = db.query<{ state: string }, [string]>("select state from requests where id = ?");
    const missing = new Set(
      [...answered.keys()].filter(
        (id) => found.get(id)?.state !== "completed" || (kept.has(id) && answer.get(id) === null),
      ),
    );
    return { missing, wrong };
  } catch (error) {
    return { missing: new Set(), wrong: [String(error)] };
  } finally {
    db.close();
  }
}
