// The log as a whole, on real workers and a real file.
import { existsSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { write } from "bun";
import { openLogs } from "../../../../src/adapters/logs/pipeline/open-logs.ts";
import type { Logs, LogsOptions } from "../../../../src/adapters/logs/pipeline/open-logs.ts";
import {
  captured,
  idAt,
  logEntry,
  logWrite,
  noBodies,
  noon,
  startedCall,
} from "../../../lab/log-entries.ts";
import { packPrices } from "../../../../src/adapters/logs/pipeline/wire-prices.ts";
import { routingOf } from "../../../lab/routing-of.ts";
import { blobPlace } from "../../../lab/log-place.ts";
import { beginVersion9 } from "../../../lab/log-version-9.ts";
import { patientClock } from "../../../lab/patient-clock.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

async function withLogs(
  options: Partial<LogsOptions>,
  run: (logs: Logs, reported: readonly string[]) => Promise<void>,
): Promise<void> {
  const reported: string[] = [];
  const logs = openLogs({
    path: "unset",
    blobs: blobPlace(options.path ?? "unset"),
    maxBodyBytes: 1_000,
    maxLogAgeMs: null,
    maxBodyAgeMs: null,
    maxAnswerAgeMs: null,
    clock: patientClock,
    used: () => undefined,
    trouble: (message) => reported.push(message),
    ...options,
  });
  try {
    await logs.opened;
    await run(logs, reported);
  } finally {
    await logs.close();
  }
}

const onFile = (run: (path: string) => Promise<void>) => () =>
  withTempFolder((folder) => run(join(folder, "requests.db")));

/** As open-logs.ts starts them. */
function countedWorkers() {
  const workers: Worker[] = [];
  const startWorker = () => {
    const worker = new Worker(new URL("../../../../src/app/log-worker.ts", import.meta.url));
    workers.push(worker);
    return worker;
  };
  return { workers, startWorker };
}

const answer = {
  choices: [{ message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
};

describe("the log", () => {
  test(
    "finds calls of an older version by client and user soon after it was opened",
    onFile(async (path) => {
      const count = 500;
      beginVersion9(
        path,
        Array.from({ length: count }, (_, at) => logWrite({ timestamp: noon + at })),
      );
      await withLogs({ path }, async ({ reader }, reported) => {
        const filter = { limit: count, client: "curl", user: "10.0.0.5" };
        while ((await reader.list(filter)).logs.length < count);
        expect(reported).toEqual([]);
      });
    }),
  );

  test(
    "goes on where its thread died: rows are written, at their prices, those of calls under way, too",
    onFile(async (path) => {
      const { workers, startWorker } = countedWorkers();
      await withLogs({ path, startWorker }, async (logs) => {
        const { recorder, reader } = logs;
        logs.priced(packPrices(routingOf("prices: { llama3-8b: { input: 1, output: 2 } }")));
        recorder.started(startedCall({ id: idAt(noon, 1) }));
        await recorder.flush();
        const [writing] = workers;
        const died = Promise.withResolvers<void>();
        writing?.addEventListener("close", () => {
          died.resolve();
        });
        writing?.terminate();
        await died.promise;
        for (const call of [2, 1])
          recorder.ended(logEntry({ id: idAt(noon, call), mappedModel: "llama3-8b" }), {
            request: captured('{"messages":[]}'),
            response: captured(JSON.stringify(answer)),
          });
        await recorder.flush();
        const page = await reader.list({ limit: 10 });
        expect(page.logs.map(({ id, state, cost }) => [id, state, cost])).toEqual([
          [idAt(noon, 2), "completed", 0.000025],
          [idAt(noon, 1), "completed", 0.000025],
        ]);
        expect(recorder.droppedRows()).toEqual({ queue_full: 0, write_failed: 0, log_closed: 0 });
      });
    }),
  );

  test(
    "shows a call that just ended to whoever asks next, usage read from its answer",
    onFile(async (path) => {
      await withLogs({ path }, async ({ recorder, reader }) => {
        recorder.started(startedCall());
        recorder.ended(logEntry(), {
          request: captured('{"messages":[]}'),
          response: captured(JSON.stringify(answer)),
        });
        expect(await reader.get(idAt(noon))).toMatchObject({
          state: "completed",
          prompt_tokens: 11,
          completion_tokens: 7,
          total_tokens: 18,
          tokens_estimated: false,
          finish_reason: "stop",
          request_body: '{"messages":[]}',
          response_body: JSON.stringify(answer),
        });
      });
    }),
  );

  test(
    "shows a call before the thread for reads has started, which a list then starts",
    onFile(async (path) => {
      const { workers, startWorker } = countedWorkers();
      await withLogs({ path, startWorker }, async ({ recorder, reader }) => {
        recorder.ended(logEntry(), noBodies);
        expect(await reader.get(idAt(noon))).toMatchObject({ state: "completed" });
        expect(workers).toHaveLength(1);
        expect((await reader.list({ limit: 10 })).logs).toHaveLength(1);
        expect(await reader.get(idAt(noon))).toMatchObject({ state: "completed" });
        expect(workers).toHaveLength(2);
      });
    }),
  );

  test(
    "keeps 5,000 calls, each once, with its own bodies, and finds them again after a restart",
    onFile(async (path) => {
      const count = 5_000;
      await withLogs({ path }, async ({ recorder }) => {
        for (let number = 0; number < count; number++) {
          const entry = logEntry({ id: idAt(noon, number) });
          recorder.ended(entry, { request: captured(`request ${number}`), response: null });
        }
        await recorder.flush();
        expect(recorder.droppedRows()).toEqual({ queue_full: 0, write_failed: 0, log_closed: 0 });
      });
      await withLogs({ path }, async ({ reader }) => {
        expect((await reader.stats(null)).requests).toBe(count);
        for (const number of [0, 499, 500, 4_999])
          expect(await reader.get(idAt(noon, number))).toMatchObject({
            request_body: `request ${number}`,
          });
        const { logs } = await reader.list({ limit: 3 });
        expect(logs.map((row) => row.id)).toEqual(
          [4_999, 4_998, 4_997].map((number) => idAt(noon, number)),
        );
      });
    }),
  );

  test(
    "has everything on disk once it is closed",
    onFile(async (path) => {
      await withLogs({ path }, async ({ recorder }) => {
        recorder.ended(logEntry(), noBodies);
      });
      await withLogs({ path }, async ({ reader }) => {
        expect((await reader.stats(null)).requests).toBe(1);
      });
    }),
  );

  test(
    "is one file once it is closed, though it was read",
    onFile(async (path) => {
      await withLogs({ path }, async ({ recorder, reader }) => {
        recorder.ended(logEntry(), noBodies);
        expect((await reader.stats(null)).requests).toBe(1);
      });
      expect(existsSync(`${path}-wal`)).toBe(false);
    }),
  );

  test(
    "closes what an earlier process left in flight",
    onFile(async (path) => {
      await withLogs({ path }, async ({ recorder }) => {
        recorder.started(startedCall());
      });
      await withLogs({ path }, async ({ opened, reader }) => {
        expect((await opened).interrupted).toBe(1);
        expect(await reader.get(idAt(noon))).toMatchObject({ state: "interrupted" });
      });
    }),
  );

  test(
    "stores a body over the cap cut, and says so",
    onFile(async (path) => {
      await withLogs({ path, maxBodyBytes: 4 }, async ({ recorder, reader }) => {
        recorder.ended(logEntry(), { request: captured("abcdef"), response: captured("abcd") });
        expect(await reader.get(idAt(noon))).toMatchObject({
          request_body: "abcd",
          request_body_truncated: true,
          response_body_truncated: false,
        });
      });
    }),
  );

  test(
    "says loudly that it moved a database of garbage, and works",
    onFile(async (path) => {
      await write(path, "garbage ".repeat(1_000));
      await withLogs({ path }, async ({ opened, recorder, reader, notices }) => {
        expect((await opened).happened.map((one) => one.message).join()).toContain(
          `${path}.unreadable-`,
        );
        expect(
          notices()
            .map(({ message }) => message)
            .join(),
        ).toContain("moved aside");
        expect(notices()[0]?.details?.join()).toContain(`${path}.unreadable-`);
        recorder.ended(logEntry(), noBodies);
        expect((await reader.list({ limit: 5 })).logs).toHaveLength(1);
      });
    }),
  );

  test("says so where there can be no database, and takes calls in all the same", async () => {
    const nowhere = { path: "/dev/null/requests.db", patienceMs: 100 };
    await withLogs(nowhere, async ({ opened, recorder, notices }) => {
      expect((await opened).failed).toContain("cannot be opened");
      expect(notices()).toMatchObject([{ endsByItself: true }]);
      recorder.started(startedCall());
    });
  });

  test(
    "removes rows older than their age at start, in many steps, and every hour after",
    onFile(async (path) => {
      const day = 86_400_000;
      await withLogs({ path }, async ({ recorder }) => {
        for (let number = 0; number < 500; number++)
          recorder.ended(logEntry({ id: idAt(noon, number) }), noBodies);
        recorder.ended(logEntry({ timestamp: noon + day }), noBodies);
      });
      let hourly = (): void => {};
      const clock = {
        now: () => noon + day + 1,
        after: (ms: number, then: () => void) => {
          if (ms < 3_600_000) return patientClock.after(ms, then);
          cleaned.resolve();
          hourly = then;
          return () => {};
        },
      };
      let cleaned = Promise.withResolvers<void>();
      await withLogs({ path, maxLogAgeMs: day, clock }, async ({ recorder, reader }) => {
        await cleaned.promise;
        expect((await reader.list({ limit: 5 })).logs.map((row) => row.id)).toEqual([
          idAt(noon + day),
        ]);
        recorder.ended(logEntry({ timestamp: noon }), noBodies);
        await recorder.flush();
        cleaned = Promise.withResolvers<void>();
        hourly();
        await cleaned.promise;
        expect((await reader.stats(null)).requests).toBe(1);
      });
    }),
  );
});
