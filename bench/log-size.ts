// Bytes on disk for each logged request of an agent's conversation, whose every request repeats all
// before it, and how long it takes to read one of them back from among the bodies of others.
// Run it with: bun bench/log-size.ts [turns, default 50]
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { Glob, zstdCompressSync } from "bun";
import { createFilesystemBlobs } from "../src/adapters/blobs/filesystem-blobs.ts";
import { openDatabase, openForReading } from "../src/adapters/logs/sqlite/database.ts";
import { createEntryReader } from "../src/adapters/logs/pipeline/read-entry.ts";
import { createSqliteReader } from "../src/adapters/logs/sqlite/sqlite-reader.ts";
import { createSqliteStore } from "../src/adapters/logs/sqlite/sqlite-store.ts";
import { captured, idAt, logEntry, logWrite, noon } from "../tests/lab/log-entries.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { createRandom } from "../tests/lab/random.ts";

const turns = Number(process.argv[2] ?? 50);
const random = createRandom(7);
const root = join(import.meta.dir, "..");
/** Real prose and code to talk about: this project's own. */
const files = [...new Glob("{src,docs,tests}/**/*.{ts,tsx,md}").scanSync(root)].toSorted();
const texts = await Promise.all(files.map((file) => Bun.file(join(root, file)).text()));
const excerpt = (size: number): string => {
  const text = random.pick(texts);
  const from = random.int(0, Math.max(0, text.length - size));
  return text.slice(from, from + size);
};

const tools = Array.from({ length: 12 }, (_, at) => ({
  type: "function",
  function: {
    name: `tool_${at}`,
    description: excerpt(300),
    parameters: {
      type: "object",
      properties: { path: { type: "string" }, text: { type: "string" } },
    },
  },
}));

interface SampleTurn {
  readonly request: string;
  readonly response: string;
}

/** As a coding agent speaks: tool calls and their results, now and then the user. */
function conversation(): readonly SampleTurn[] {
  const messages: object[] = [
    { role: "system", content: excerpt(8_000) },
    { role: "user", content: excerpt(600) },
  ];
  return Array.from({ length: turns }, (_, turn) => {
    const request = JSON.stringify({ model: "coder", messages, tools, stream: true });
    const said = excerpt(random.int(200, 1_500));
    const call = { path: random.pick(files), text: excerpt(random.int(0, 400)) };
    const id = `call_${random.int(0, 2 ** 31).toString(36)}`;
    const name = `tool_${random.int(0, 11)}`;
    messages.push(
      {
        role: "assistant",
        content: said,
        tool_calls: [{ id, type: "function", function: { name, arguments: JSON.stringify(call) } }],
      },
      { role: "tool", tool_call_id: id, content: excerpt(random.int(300, 6_000)) },
    );
    if (turn % 7 === 6) messages.push({ role: "user", content: excerpt(300) });
    return { request, response: streamed(said) };
  });
}

/** An answer as a model streams it, a few characters an event. */
function streamed(text: string): string {
  const head = {
    id: `chatcmpl-${random.int(0, 2 ** 31).toString(36)}`,
    object: "chat.completion.chunk",
    created: 1_772_366_400,
    model: "coder",
  };
  const event = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })}\n\n`;
  const pieces = text.match(/[\s\S]{1,5}/g) ?? [];
  return [
    event({ role: "assistant", content: "" }),
    ...pieces.map((content) => event({ content })),
    event({}, "stop"),
    "data: [DONE]\n\n",
  ].join("");
}

interface Sizes {
  readonly database: number;
  readonly blobs: number;
  readonly search: number;
  readonly payloads: number;
}

async function stored(calls: readonly SampleTurn[], batchSize: number): Promise<Sizes> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-size-"));
  try {
    const path = join(folder, "requests.db");
    const blobFolder = join(folder, "blobs");
    const { database } = await openDatabase(path, noon);
    const store = createSqliteStore({
      db: database.connection,
      blobs: createFilesystemBlobs(blobFolder),
      inlineLimit: 16_384,
      search: database.state.search,
    });
    const reader = createEntryReader();
    for (let from = 0; from < calls.length; from += batchSize)
      await store.write(
        calls.slice(from, from + batchSize).map(({ request, response }, at) =>
          reader.read({
            entry: logEntry({
              id: idAt(noon + (from + at) * 1_000),
              timestamp: noon + (from + at) * 1_000,
              originalModel: "coder",
              mappedModel: "coder",
              requestSize: request.length,
              responseSize: response.length,
            }),
            bodies: { request: captured(request), response: captured(response) },
          }),
        ),
      );
    for (const [at, call] of calls.entries()) {
      const detail = await store.get(idAt(noon + at * 1_000));
      if (detail?.request_body !== call.request || detail.response_body !== call.response)
        throw new Error(`call ${at} does not read back as it was written`);
    }
    database.close();
    const db = new Database(path);
    db.run("pragma wal_checkpoint(truncate)");
    const bytes = (like: string) =>
      db
        .query<{ n: number | null }, [string]>(
          "select sum(pgsize) as n from dbstat where name like ?",
        )
        .get(like)?.n ?? 0;
    const bodies =
      db.query<{ n: number | null }, []>("select sum(length(bodies)) as n from requests").get()
        ?.n ?? 0;
    const sizes = { search: bytes("search%"), payloads: bytes("segment%") + bodies };
    db.close();
    const names = existsSync(blobFolder)
      ? readdirSync(blobFolder, { recursive: true, encoding: "utf8" })
      : [];
    const blobs = names
      .map((name) => statSync(join(blobFolder, name)))
      .filter((one) => one.isFile())
      .reduce((sum, one) => sum + one.size, 0);
    return { ...sizes, database: statSync(path).size, blobs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** ms to read each turn's bodies over a new connection, where the batches of a busy log have held its parts. */
async function readBack(calls: readonly SampleTurn[]): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-read-"));
  try {
    const path = join(folder, "requests.db");
    const blobs = createFilesystemBlobs(join(folder, "blobs"));
    const { database } = await openDatabase(path, noon);
    const db = database.connection;
    const store = createSqliteStore({ db, blobs, inlineLimit: 16_384, search: null });
    for (const [turn, { request, response }] of calls.entries()) {
      const others = Array.from({ length: 20 }, () => ({ request: excerpt(12_000), response: "" }));
      await store.write(
        [{ request, response }, ...others].map((call, at) =>
          logWrite(
            { id: idAt(noon + turn * 1_000 + at), timestamp: noon + turn * 1_000 + at },
            { request: captured(call.request), response: captured(call.response) },
          ),
        ),
      );
    }
    database.close();
    const times: number[] = [];
    for (const turn of calls.keys()) {
      const opened = openForReading(path);
      const before = performance.now();
      await createSqliteReader(opened.connection, blobs, null).get(idAt(noon + turn * 1_000));
      times.push(performance.now() - before);
      opened.close();
    }
    return times.toSorted((a, b) => a - b);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const calls = conversation();
const empty = await stored([], 1);
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
const perCall = (bytes: number) => Math.round(bytes / turns);
const bodies = calls.flatMap(({ request, response }) => [request, response]);
const raw = sum(bodies.map((body) => Buffer.byteLength(body)));
const packed = sum(bodies.map((body) => zstdCompressSync(Buffer.from(body)).length));
const sizes = await stored(calls, 1);
printTable(
  `bytes for each of ${turns} turns of one conversation`,
  ["", "a request", "against the raw bodies"],
  [
    ["bodies as they came", perCall(raw), "1"],
    ["each compressed by itself", perCall(packed), `1/${(raw / packed).toFixed(1)}`],
    ...[
      ["bodies as stored (rows and blobs)", sizes.payloads + sizes.blobs] as const,
      ["everything on disk", sizes.database + sizes.blobs - empty.database] as const,
      ["of that the search index", sizes.search] as const,
    ].map(([name, size]) => [name, perCall(size), `1/${(raw / size).toFixed(1)}`]),
  ],
);
console.log("every body reads back as it was written");
const times = await readBack(calls);
console.log(
  `a turn's bodies are read in ${times[times.length >> 1]?.toFixed(1)} ms (median), ` +
    `${times.at(-1)?.toFixed(1)} ms at most, each over a new connection`,
);
