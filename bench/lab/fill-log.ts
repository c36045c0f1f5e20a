// A log of a week with as many rows as wanted, written through the store as the log's thread does.
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { createFilesystemBlobs } from "../../src/adapters/blobs/filesystem-blobs.ts";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { createEntryReader } from "../../src/adapters/logs/pipeline/read-entry.ts";
import { openDatabase } from "../../src/adapters/logs/sqlite/database.ts";
import { createSqliteStore } from "../../src/adapters/logs/sqlite/sqlite-store.ts";
import { captured, logEntry, noBodies } from "../../tests/lab/log-entries.ts";
import { median } from "./median.ts";
import { sampleCall, sampleId, words } from "./sample-calls.ts";

/** When the log ends, in epoch ms. */
export const logEnd = Date.UTC(2026, 2, 1, 12);
export const weekMs = 7 * 86_400_000;
/** Who had one conversation of so many calls, the last of the log. */
export const longThread = { user: "patient@example.org", calls: 200 } as const;
/** One of so many rows at the log's end is a call of that conversation. */
const rowsBetween = 40;

/** Where the bodies are that are too large for the file. */
export function blobsBeside(path: string): string {
  return join(dirname(path), "blobs");
}

/** @returns what writing took, in words */
export async function fillLog(path: string, rows: number): Promise<string> {
  const started = performance.now();
  const { database } = await openDatabase(path, logEnd);
  const store = createSqliteStore({
    db: database.connection,
    blobs: createFilesystemBlobs(blobsBeside(path)),
    inlineLimit: 16_384,
    search: "search",
  });
  const turnOf = longConversation();
  const callAt = (place: number): LogWrite => {
    const time = logEnd - weekMs + Math.floor((place * weekMs) / rows);
    const left = rows - place;
    return left % rowsBetween === 0 && left <= rowsBetween * longThread.calls
      ? turnOf(time)
      : sampleCall(time);
  };
  const batches: number[] = [];
  for (let place = 0; place < rows;) {
    const batch = Array.from({ length: Math.min(500, rows - place) }, () => callAt(place++));
    const before = performance.now();
    await store.write(batch);
    batches.push(performance.now() - before);
    if (place % 100_000 === 0)
      console.error(`${place} rows, ${Math.round((performance.now() - started) / 1000)} s`);
  }
  database.close();
  const seconds = batches.reduce((sum, ms) => sum + ms, 0) / 1000;
  return (
    `${rows} rows written through the store in ${seconds.toFixed(0)} s (${Math.round(rows / seconds)} rows/s; ` +
    `a batch of 500: median ${median(batches).toFixed(0)} ms, slowest ${Math.max(...batches).toFixed(0)} ms), ` +
    `${Math.round(statSync(path).size / rows)} bytes a row`
  );
}

/** Calls of one conversation, each of which sends all that was said before. */
function longConversation(): (time: number) => LogWrite {
  const reader = createEntryReader();
  const messages: { readonly role: string; readonly content: string }[] = [];
  return (time) => {
    messages.push({ role: "user", content: words(30) });
    const said = words(60);
    const request = JSON.stringify({ model: "model-a:0b", messages });
    const response = JSON.stringify({
      choices: [{ index: 0, message: { role: "assistant", content: said }, finish_reason: "stop" }],
      usage: { prompt_tokens: messages.length * 40, completion_tokens: 90 },
    });
    messages.push({ role: "assistant", content: said });
    const entry = logEntry({
      id: sampleId(time),
      timestamp: time,
      completedAt: time + 1_000,
      authUser: longThread.user,
      userAgent: "claude-cli/2.1.4",
      path: "/v1/chat/completions",
      stream: false,
      requestSize: request.length,
      responseSize: response.length,
    });
    const bodies = { ...noBodies, request: captured(request), response: captured(response) };
    return reader.read({ entry, bodies });
  };
}
