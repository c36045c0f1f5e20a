// An upgrade on a full disk: the database stays as it was, and says what to do.
import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { logWrite, noon } from "../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../lab/log-place.ts";
import { oldCalls, writeFirstVersion } from "../../lab/old-log.ts";
import { mayMount, withSmallDisk } from "../../lab/small-disk.ts";

/** What an earlier version reads of it. */
function oldRows(path: string): unknown {
  const raw = new Database(path);
  const rows = raw.query("select id, state, path from requests order by id").all();
  const bodies = raw.query("select request_id, length(request) from bodies order by 1").all();
  const steps = raw.query("select name from kysely_migration").all();
  raw.close();
  return { rows, bodies, steps };
}

test.skipIf(!mayMount)(
  "a step that does not fit on the disk is not taken, and is taken when it does",
  () =>
    withSmallDisk(48, async ({ folder, fill, makeRoom }) => {
      const path = join(folder, "requests.db");
      await writeFirstVersion(path);
      // So much that carrying it over needs more room than is left.
      const raw = new Database(path);
      raw.query("update bodies set request = ?").run(randomBytes(2_000_000));
      raw.run("vacuum");
      raw.close();
      const before = oldRows(path);
      const reserve = join(folder, "reserve");
      writeFileSync(reserve, Buffer.alloc(1_000_000, 1));
      fill();

      const full = sqliteLog();
      const nothingFits = await full.open({ ...logPlace(path), patienceMs: 0 }, noon);
      expect(nothingFits.failed).toContain(path);
      expect(nothingFits.failed).toMatch(/full.*make room on its disk/);
      await full.close();

      rmSync(reserve);
      const writer = sqliteLog();
      const { failed } = await writer.open({ ...logPlace(path), patienceMs: 0 }, noon);
      expect(failed).toContain(path);
      expect(failed).toMatch(/step 0002.*full.*are as they were.*make room on its disk/);
      const report = await writer.write([logWrite({ timestamp: noon + 1_000_000 })]);
      expect(report.failed).toEqual([0]);
      expect(report.message).toContain(path);
      await writer.close();
      makeRoom();
      expect(oldRows(path)).toEqual(before);

      const again = sqliteLog();
      expect(await again.open({ ...logPlace(path), patienceMs: 0 }, noon)).toMatchObject({
        failed: null,
        happened: [],
      });
      expect((await again.write([logWrite({ timestamp: noon + 1_000_000 })])).failed).toEqual([]);
      await again.close();
      const rows = new Database(path);
      expect(rows.query("select count(*) as n from requests").get()).toEqual({
        n: oldCalls.length + 1,
      });
      rows.close();
    }),
);
