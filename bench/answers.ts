// What it costs to keep answers, and to continue one by its id, side by side with a client that sends all
// of its conversation: milliseconds of a call, and bytes on disk for each turn.
// Run it with: bun bench/answers.ts [rounds, default 30]
import { join } from "node:path";
import { serve } from "bun";
import { median } from "./lab/median.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { queryDatabase } from "../tests/lab/query-database.ts";
import { createRandom } from "../tests/lab/random.ts";
import { spawnRouter } from "../tests/lab/spawn-router.ts";
import { withTempFolder } from "../tests/lab/temp-folder.ts";

const rounds = Number(process.argv[2] ?? 30);
const sizes = [1_000, 100_000, 1_000_000];
const random = createRandom(17);
const words = (size: number): string =>
  Array.from({ length: Math.ceil(size / 6) }, () => random.int(0, 99_999).toString(36)).join(" ");

/** Answers at once, in as few steps as can be. */
const model = serve({
  port: 0,
  async fetch(request) {
    await request.arrayBuffer();
    return Response.json({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [
        { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Yes." } },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  },
});

await withTempFolder(async (folder) => {
  const path = join(folder, "requests.db");
  const env = { DB_PATH: path, BLOB_STORAGE_PATH: join(folder, "blobs") };
  const routes = `servers: { a: { url: "http://localhost:${model.port}", speaks: [chat] } }`;
  let router = await spawnRouter({ env, routes });

  /** @returns the answer's id, and the ms that it took */
  async function ask(body: object): Promise<readonly [id: string, ms: number]> {
    const text = JSON.stringify({ model: "a/m", ...body });
    const startedAt = performance.now();
    const response = await fetch(`${router.url}/v1/responses`, { method: "POST", body: text });
    const answer = (await response.json()) as { readonly id: string };
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return [answer.id, performance.now() - startedAt];
  }

  const rows: string[][] = [];
  for (const size of sizes) {
    const items = Array.from({ length: 20 }, (_, at) => ({
      type: "message",
      role: at % 2 === 0 ? "user" : "assistant",
      content: [{ type: at % 2 === 0 ? "input_text" : "output_text", text: words(size / 20) }],
    }));
    const [first] = await ask({ input: items });
    const took = { unkept: [] as number[], kept: [] as number[], byId: [] as number[] };
    const later: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const input = [...items, { role: "user", content: `Question ${round}` }];
      took.unkept.push((await ask({ input, store: false }))[1]);
      took.kept.push((await ask({ input }))[1]);
      took.byId.push((await ask({ input: `Question ${round}`, previous_response_id: first }))[1]);
    }
    // Out of memory: from the table.
    await router.stop();
    router = await spawnRouter({ env, routes });
    await ask({ input: "?", previous_response_id: first });
    for (let round = 0; round < rounds; round++)
      later.push((await ask({ input: `Question ${round}`, previous_response_id: first }))[1]);
    const base = median(took.unkept);
    const cell = (values: readonly number[]) =>
      `${median(values).toFixed(2)} (${(median(values) / base).toFixed(2)})`;
    rows.push([
      size.toLocaleString("en"),
      base.toFixed(2),
      cell(took.kept),
      cell(took.byId),
      cell(later),
    ]);
  }
  await router.stop();
  printTable(
    "ms of a call over loopback (in relation to one that is not kept)",
    ["bytes said before", "not kept", "kept", "by its id", "by its id, from the table"],
    rows,
  );
  const [stored] = queryDatabase<{ answers: number; bytes: number }>(
    path,
    `select (select count(*) from responses) as answers,
      (select sum(length(data)) from response_items) + (select sum(length(items)) from response_lists)
        + (select sum(size) from responses) as bytes`,
  );
  if (stored !== undefined)
    console.log(
      `${stored.answers} answers kept, ${Math.round(stored.bytes / stored.answers)} bytes each`,
    );
});
await model.stop(true);
