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
import { noon } from "../../../lab/log-entries.ts";
import { logPlace } from "../../../lab/log-place.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

test("upkeep under way ends with the log, and does not open again what was closed", () =>
  withTempFolder(async (folder) => {
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
    try {
      const path = join(folder, "requests.db");
      await ask("open", { place: logPlace(path), now: noon });
      const upkeep = ask("retain", { rowsBefore: null, bodiesBefore: null, answersBefore: null });
      expect(await ask("close", null)).toMatchObject({ ok: true });
      expect(await upkeep).toMatchObject({ ok: true });
      expect(existsSync(`${path}-wal`)).toBe(false);
    } finally {
      port1.close();
    }
  }));
