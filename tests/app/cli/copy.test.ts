// `smolrouter copy` between real stores: there and back, continued, and what is said of one that cannot be.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { createS3Objects } from "../../../src/adapters/blobs/s3/s3-objects.ts";
import { runCopy } from "../../../src/app/cli/copy.ts";
import type { CopyCommand } from "../../../src/app/cli/command.ts";
import { openToRead } from "../../../src/app/cli/open-log.ts";
import type { CopiedAnswer } from "../../../src/ports/log-copy.ts";
import { captured, idAt, logWrite } from "../../lab/log-entries.ts";
import { logPlace, sqliteLog, sqliteLogWithObjects } from "../../lab/log-place.ts";
import { startS3Server } from "../../lab/s3-server.ts";
import { withDatabase } from "../../lab/postgres.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

const now = Date.now();
const asked = (text: string) =>
  captured(JSON.stringify({ messages: [{ role: "user", content: text }] }));

interface Ran {
  readonly code: number;
  readonly printed: readonly string[];
  readonly complained: readonly string[];
}

async function copy(
  folder: string,
  own: Partial<CopyCommand> & Pick<CopyCommand, "from" | "to">,
  env: Record<string, string> = {},
): Promise<Ran> {
  const printed: string[] = [];
  const complained: string[] = [];
  const io = {
    env: { BLOB_STORAGE_PATH: join(folder, "blobs"), ROUTES_CONFIG: "", ...env },
    terminal: false,
    print: (line: string) => void printed.push(line),
    complain: (line: string) => void complained.push(line),
  };
  const command = {
    kind: "copy",
    sinceMs: null,
    fromBlobs: undefined,
    toBlobs: undefined,
  } as const;
  const code = await runCopy({ ...command, ...own }, io, now);
  // How far it has come is said every few seconds; on a busy machine it takes longer than that.
  const problems = complained.filter((line) => !line.endsWith(" looked at"));
  return { code, printed, complained: problems };
}

/** A log with some rows of the last hours, larger bodies among them. */
async function madeLog(folder: string, count: number): Promise<string> {
  const path = join(folder, "requests.db");
  const log = sqliteLog();
  try {
    await log.engine.open(logPlace(path), now);
    const rows = Array.from({ length: count }, (_, at) =>
      logWrite(
        {
          id: idAt(now - at * 60_000, at),
          timestamp: now - at * 60_000,
          state: at % 7 === 3 ? "failed" : "completed",
        },
        {
          request: asked(`question ${at}${at % 10 === 0 ? " and more".repeat(3_000) : ""}`),
          response: captured(new Uint8Array([0xff, at % 256])),
        },
        { promptTokens: 3, completionTokens: at },
        `question ${at}`,
      ),
    );
    await log.engine.write(rows);
  } finally {
    await log.close();
  }
  return path;
}

/** A conversation whose turns each refer to the one before, with calls of their own. */
async function keepAnswers(path: string, count: number): Promise<void> {
  const log = sqliteLog();
  const item = (text: string) => ({ id: `item ${text}`, text: JSON.stringify(text) });
  try {
    await log.engine.open(logPlace(path), now);
    const rows = Array.from({ length: count }, (_, at) => {
      const timestamp = now - 7_200_000 + at * 1_000;
      const call = logWrite({ id: idAt(timestamp, at), timestamp }, {}, {}, "said");
      const before = Array.from({ length: (at % 20) * 2 }, (_, place) => item(`turn ${place}`));
      const answer = {
        owner: at % 3 === 0 ? "somebody" : "somebody else",
        id: `answer ${at}`,
        head: `{"id":"answer ${at}"}`,
        input: before,
        output: [item(`turn ${before.length}`)],
        upstream: "gpu",
        isStored: at % 2 === 0,
      };
      return { ...call, answer };
    });
    await log.engine.write(rows);
  } finally {
    await log.close();
  }
}

async function answersAt(end: Parameters<typeof openToRead>[0]): Promise<readonly CopiedAnswer[]> {
  const { log, close } = await openToRead(end);
  try {
    const all: CopiedAnswer[] = [];
    for (;;) {
      const page = await log.answers.page(all.at(-1) ?? null, null);
      if (page.length === 0) return all;
      all.push(...page);
    }
  } finally {
    await close();
  }
}

/** The log as the API gives it, with the bodies of some rows and its figures. */
async function read(end: Parameters<typeof openToRead>[0]): Promise<unknown> {
  const { log, close } = await openToRead(end);
  try {
    const { logs } = await log.list({ limit: 500 });
    const some = logs.filter((_, at) => at % 10 === 0);
    return {
      logs,
      bodies: await Promise.all(some.map(({ id }) => log.get(id))),
      stats: await log.stats(null),
      found: (await log.list({ limit: 500, q: '"question 4"' })).logs.map(({ id }) => id),
    };
  } finally {
    await close();
  }
}

const sqliteEnd = (path: string) => ({ kind: "sqlite" as const, ...logPlace(path) });
const postgresEnd = (url: string) => ({
  kind: "postgres" as const,
  database: { url, shown: "lab" },
  s3: null,
  inlineLimit: 16_384,
  maxLogAgeMs: null,
});

describe("copy", () => {
  test("takes a log to PostgreSQL and back, and it is the same", () =>
    withTempFolder((folder) =>
      withDatabase(async (url) => {
        const path = await madeLog(folder, 120);
        const there = await copy(folder, { from: path, to: "DATABASE_URL" }, { DATABASE_URL: url });
        expect(there.complained).toEqual([]);
        expect(there.printed[0]).toMatch(
          /^120 rows copied from .*requests\.db to 127\.0\.0\.1:\d+\/lab_\d+; 0 were there already$/,
        );
        expect(there.printed.slice(1)).toEqual([
          "completed   103 there, 103 here and the same",
          "failed      17 there, 17 here and the same",
        ]);
        expect(there.code).toBe(0);
        const own = await read(sqliteEnd(path));
        expect(await read(postgresEnd(url))).toEqual(own);

        const back = join(folder, "back", "copy.db");
        const again = await copy(folder, { from: url, to: back, toBlobs: join(folder, "back") });
        expect(again).toMatchObject({ code: 0, complained: [] });
        expect(
          await read({
            ...sqliteEnd(back),
            blobs: { ...logPlace(back).blobs, path: join(folder, "back") },
          }),
        ).toEqual(own);

        const twice = await copy(folder, { from: path, to: url });
        expect(twice.printed[0]).toStartWith("0 rows copied");
        expect(twice.printed[0]).toEndWith("120 were there already");
      }),
    ));

  test("takes the answers along that requests may refer to, with who made what is in them", () =>
    withTempFolder((folder) =>
      withDatabase(async (url) => {
        const path = await madeLog(folder, 3);
        // As by a version that left them out.
        expect((await copy(folder, { from: path, to: url })).printed).toHaveLength(2);
        await keepAnswers(path, 120);
        const there = await copy(folder, { from: path, to: url });
        expect(there.printed.slice(1)).toEqual([
          "120 answers that requests may refer to copied; 0 were there already",
          "completed   123 there, 123 here and the same",
          "answers     120 there, 120 here and the same",
        ]);
        const back = join(folder, "back.db");
        expect(await copy(folder, { from: url, to: back })).toMatchObject({ code: 0 });
        const own = await answersAt(sqliteEnd(path));
        expect(own).toHaveLength(120);
        expect(new Set(own.flatMap(({ items }) => items.map(({ upstream }) => upstream)))).toEqual(
          new Set([null, "gpu"]),
        );
        expect(await answersAt(postgresEnd(url))).toEqual(own);
        expect(await answersAt(sqliteEnd(back))).toEqual(own);
        const twice = await copy(folder, { from: back, to: url });
        expect(twice.printed[1]).toStartWith("0 answers that requests may refer to copied; 120 ");

        const other = new Database(back);
        other.run("update responses set head = '{}' where id = 'answer 7'");
        other.close();
        const differing = await copy(folder, { from: back, to: url });
        expect(differing.code).toBe(1);
        expect(differing.printed.slice(-2)).toEqual([
          "answers     120 there, 119 here and the same",
          "These differ, or are missing: answer 7",
        ]);
      }),
    ));

  test("leaves out what the database would hide for its age", () =>
    withTempFolder((folder) =>
      withDatabase(async (url) => {
        const path = await madeLog(folder, 200);
        const { code, printed } = await copy(
          folder,
          { from: path, to: url },
          { MAX_LOG_AGE_DAYS: "0.125" },
        );
        // Three hours less the margin of one.
        expect(printed[0]).toMatch(/^12[01] rows copied/);
        expect(code).toBe(0);
      }),
    ));

  test("says in a line what is wrong with either end, without a secret", () =>
    withTempFolder((folder) =>
      withDatabase(async (url) => {
        const path = await madeLog(folder, 1);
        const wrong = url.replace("lab-secret-word", "other-secret-word");
        new Database(join(folder, "foreign.db")).run("create table requests (x)");
        const cases: readonly (readonly [from: string, to: string, line: RegExp])[] = [
          [join(folder, "none.db"), url, /^there is no log at .*none\.db/],
          [path, "DATABASE_URL", /^DATABASE_URL is not set$/],
          [path, path, /is both: say where to copy it to$/],
          [path, wrong, /password|user/],
          [path, url.replace(/lab_\d+$/, "nowhere"), /no such database/],
          [path, "postgres://u:other-secret-word@127.0.0.1", /must name one database/],
          [join(folder, "foreign.db"), url, /^the log .*foreign\.db cannot be read: /],
        ];
        for (const [from, to, line] of cases) {
          const { code, complained } = await copy(folder, { from, to });
          expect(code).toBe(1);
          expect(complained[0]).toMatch(line);
          expect(complained.join("\n")).not.toMatch(/secret-word/);
        }
      }),
    ));
});

test("a log in SQLite may have its larger bodies in a bucket, or come from where they are in one", () =>
  withTempFolder(async (folder) => {
    const s3 = await startS3Server();
    const { settings } = s3;
    const env = {
      BLOB_STORAGE_TYPE: "s3",
      S3_ENDPOINT: settings.endpoint ?? "",
      S3_BUCKET: settings.bucket,
      AWS_ACCESS_KEY_ID: settings.accessKeyId,
      AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
    };
    const blobs = join(folder, "blobs");
    const [there, back] = [join(folder, "there.db"), join(folder, "back.db")];
    const inBucket = logPlace(there, { type: "s3", s3: settings });
    try {
      const from = await madeLog(folder, 12);
      const source = { kind: "sqlite", ...logPlace(from) } as const;
      expect(await copy(folder, { from, fromBlobs: blobs, to: there }, env)).toMatchObject({
        code: 0,
      });
      // As a router that uses it next does.
      const log = sqliteLogWithObjects(createS3Objects(settings));
      await log.engine.open(inBucket, now);
      await s3.until(() => s3.objects.size > 0);
      while (log.engine.ownSpool?.()?.bytes !== 0) await Bun.sleep(20);
      await log.close();
      expect(await read({ kind: "sqlite", ...inBucket })).toEqual(await read(source));

      const toBlobs = join(folder, "back");
      s3.fault = "access_denied";
      const refused = await copy(folder, { from: there, to: back, toBlobs }, env);
      expect([refused.code, refused.complained[0]]).toEqual([
        1,
        expect.stringMatching(/^the bucket logs cannot be used: AWS_ACCESS_KEY_ID: .*AccessDenied/),
      ]);
      s3.fault = null;
      expect(await copy(folder, { from: there, to: back, toBlobs }, env)).toMatchObject({
        code: 0,
      });
      const end = { kind: "sqlite", ...logPlace(back, { path: toBlobs }) } as const;
      expect(await read(end)).toEqual(await read(source));
    } finally {
      await s3.stop();
    }
  }));
