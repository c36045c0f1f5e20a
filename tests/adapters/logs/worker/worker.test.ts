// The log's thread, asked over its port as the main thread asks it.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { filesystemBlobsOf } from "../../../../src/adapters/blobs/filesystem-blobs.ts";
import type {
  WorkerCallKind,
  WorkerCalls,
  WorkerReply,
} from "../../../../src/adapters/logs/pipeline/worker-calls.ts";
import { createSqliteEngine } from "../../../../src/adapters/logs/sqlite/sqlite-engine.ts";
import { serveLog } from "../../../../src/adapters/logs/worker/worker.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace } from "../../../lab/log-place.ts";
import { beginVersion9 } from "../../../lab/log-version-9.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

function servedLog() {
  const { port1, port2 } = new MessageChannel();
  serveLog(port2, () => createSqliteEngine(({ path }, owner) => filesystemBlobsOf(path, owner)));
  let number = 0;
  const ask = <K extends WorkerCallKind>(kind: K, input: WorkerCalls[K]["input"]) => {
    const own = ++number;
    const { promise, resolve } = Promise.withResolvers<WorkerReply["result"]>();
    port1.on("message", (reply: WorkerReply) => {
      if (reply.number === own) resolve(reply.result);
    });
    port1.postMessage({ number: own, kind, input });
    return promise;
  };
  return {
    ask,
    end: () => {
      port1.close();
    },
  };
}

test("upkeep under way ends with the log, and does not open again what was closed", () =>
  withTempFolder(async (folder) => {
    const { ask, end } = servedLog();
    try {
      const path = join(folder, "requests.db");
      await ask("open", { place: logPlace(path), now: noon });
      const upkeep = ask("retain", { rowsBefore: null, bodiesBefore: null, answersBefore: null });
      expect(await ask("close", null)).toMatchObject({ ok: true });
      expect(await upkeep).toMatchObject({ ok: true });
      expect(existsSync(`${path}-wal`)).toBe(false);
    } finally {
      end();
    }
  }));

test("rows of an older version are understood in steps, between which writes and reads are answered", () =>
  withTempFolder(async (folder) => {
    const { ask, end } = servedLog();
    try {
      const path = join(folder, "requests.db");
      const writes = Array.from({ length: 1_000 }, (_, at) => logWrite({ timestamp: noon + at }));
      beginVersion9(path, writes);
      const place = logPlace(path);
      await ask("open", { place, now: noon });
      const understood = ask("senseOlder", null);
      let isThrough = false;
      const through = understood.then(() => {
        isThrough = true;
      });
      const filter = { limit: 500, client: "curl" };
      expect(await ask("list", { place, filter })).toMatchObject({ ok: true });
      expect(isThrough).toBe(false);
      await through;
      expect(await understood).toEqual({ ok: true, value: null });
      const found = await ask("list", { place, filter });
      expect(found).toMatchObject({ ok: true, value: { next: idAt(noon + 500) } });
      await ask("close", null);
    } finally {
      end();
    }
  }));
