// What is said of a spool, and when.
import { describe, expect, test } from "bun:test";
import { createSpoolWatch } from "../../../../src/app/usecases/log/spool-watch.ts";
import { spoolNotices } from "../../../../src/app/usecases/log/spool-notices.ts";
import type { LaneReport, SpoolReport } from "../../../../src/ports/spool.ts";

const up: LaneReport = { isUp: true, downSince: null, why: null, refused: null, wasUp: true };
const away: LaneReport = { ...up, isUp: false, downSince: 5_000, why: "connection refused" };
const calm: SpoolReport = {
  rows: 0,
  bytes: 0,
  maxBytes: 1024 * 1024 * 1024,
  oldestAt: null,
  path: "requests.db",
  database: up,
  objects: null,
  lost: { rows: 0, bodies: 0, refused: 0 },
  said: [],
};

describe("a notice", () => {
  const waiting = { rows: 1_204, bytes: 3_250_586 };
  test.each<[name: string, own: Partial<SpoolReport>, notices: readonly object[]]>([
    ["all is well", {}, []],
    ["something waits for a moment", waiting, []],
    [
      "the database is away",
      { ...waiting, database: away },
      [
        {
          id: "log-database:5000",
          details: ["connection refused", "1,204 rows and 3.1 MiB of 1,024 MiB wait here"],
          since: 5_000,
          endsByItself: true,
        },
      ],
    ],
    [
      "the database has refused this router",
      { database: { ...away, refused: "password refused: see to DATABASE_URL" } },
      [{ details: ["password refused: see to DATABASE_URL", expect.any(String)] }],
    ],
    ["S3 is away", { objects: away }, [{ id: "log-objects:5000" }]],
    ["both are away", { database: away, objects: away }, [{}, {}]],
    [
      "the spool is nearly full",
      { bytes: 900 * 1024 * 1024 },
      [{ id: "log-spool-full", details: [expect.stringContaining("SPOOL_MAX_SIZE")] }],
    ],
    ["the spool lies in memory", { path: null }, [{ id: "log-spool-memory" }]],
    [
      "bodies and rows were lost",
      { lost: { rows: 3, bodies: 2_000, refused: 1 } },
      [
        { id: "log-spool-bodies:2000", message: expect.stringContaining("2,000 bodies") },
        { id: "log-refused:1", message: expect.stringContaining("1 rows were refused") },
      ],
    ],
  ])("where %s", (_, own, notices) => {
    expect(spoolNotices({ ...calm, ...own })).toMatchObject(notices);
    expect(spoolNotices({ ...calm, ...own })).toHaveLength(notices.length);
  });

  test("says nothing of paths and addresses to whoever asks /readyz", () => {
    const all = spoolNotices({
      ...calm,
      bytes: calm.maxBytes,
      database: { ...away, why: "/var/secret" },
      objects: { ...away, why: "10.0.0.1" },
    });
    for (const { message } of all) expect(message).not.toMatch(/\/var|10\.0/);
  });
});

test("a watch keeps what it saw last, and logs what is said once", async () => {
  let report: SpoolReport | null = null;
  const logged: string[] = [];
  const watch = createSpoolWatch(() => Promise.resolve(report), {
    warn: (message) => void logged.push(`warn ${message}`),
    info: (message) => void logged.push(message),
  });
  await watch.look();
  expect(watch.report()).toBeNull();
  const said = [
    { isTrouble: true, message: "away" },
    { isTrouble: false, message: "back" },
  ];
  report = { ...calm, rows: 3, database: away, said };
  await watch.look();
  report = null;
  await watch.look();
  expect(watch.report()?.rows).toBe(3);
  expect(watch.notices()).toHaveLength(1);
  expect(logged).toEqual(["warn away", "back"]);
});
