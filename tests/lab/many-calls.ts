// A shared log of many calls, made by the server itself: of days up to now, without bodies.
import type { Client } from "../../src/adapters/logs/postgres/client.ts";
import { lowestId } from "../../src/adapters/logs/postgres/id-times.ts";
import { tallySpans } from "../../src/adapters/logs/rows/tally.ts";
import { hourMs, minuteMs } from "../../src/adapters/logs/rows/figures.ts";
import type { SharedStore } from "../../src/adapters/logs/outbox/shared-store.ts";
import { tables } from "../../src/adapters/logs/postgres/tables.ts";
import { shipment, shippedEnd } from "./shipments.ts";

const dayMs = 86_400_000;

export interface ManyCalls {
  readonly days: number;
  readonly perDay: number;
}

/** Id of the call with that number of a day, as the statements below make it. */
const idOf = (first: string) =>
  `(lpad(to_hex(${first} + n * $3::bigint / $2::bigint), 12, '0') || '7'
    || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid`;

/**
 * Fills an empty store, whose tables nobody has analyzed then; what of each hundred calls is special follows from their numbers.
 * @param end epoch ms; the last day ends then
 */
export async function fillWithCalls(
  client: Client,
  store: SharedStore,
  { days, perDay }: ManyCalls,
  end: number,
): Promise<void> {
  const starts = Array.from({ length: days }, (_, day) => end - (days - day) * dayMs);
  // Their partitions.
  let seq = 0;
  for (const time of [...starts.map((start) => start + 1), end - 1])
    await store.ship([
      shipment(++seq, { ends: [shippedEnd({ id: lowestId(time), timestamp: time })] }),
    ]);
  const indexes = tables.filter((text) => /^create index on (requests|search) /.test(text));
  await withoutIndexes(client, indexes, async () => {
    for (const start of starts) {
      await client.run(insertRequests, [start, perDay, dayMs]);
      await client.run(insertWords, [start, perDay, dayMs]);
    }
  });
  for (const span of [minuteMs, hourMs])
    await client.run(insertFigures, [span, starts[0], end, Math.floor(perDay / (dayMs / span))]);
  await client.run(insertCells);
  for (const span of tallySpans)
    await client.run(insertTallies, [span, starts[0], end, Math.floor(perDay / (dayMs / span))]);
}

/** As `rowValues` packs it. */
const detail = `[null,null,"10.0.0.5","POST","/v1/chat/completions",null,null,null,null,null,null,
  [],[],[],true,false,null,null,"stop",10,20,[],[]]`;

const insertRequests = `insert into requests (id, timestamp, state, service_type, original_model,
    other_model, mapped, upstream, status_code, duration_ms, ttft_ms, prompt_tokens,
    completion_tokens, total_tokens, resent_from, detail, instance, counted)
  select ${idOf("$1::bigint")}, $1::bigint + n * $3::bigint / $2::bigint,
    case when n % 100 = 7 then 'failed' when n % 1000 = 8 then 'cancelled' else 'completed' end,
    case when n % 50 = 3 then 'ollama' else 'openai' end,
    'model-' || n % 7, case when n % 5 = 0 then 'sent-' || n % 3 end, true,
    case when n % 10000 = 77 then 'rare-box' when n % 4 = 0 and n < $2::bigint / 2 then 'early-box'
      else 'box-' || n % 4 end,
    case when n % 100 = 7 then 502 when n % 1000 = 8 then 499 when n % 200 = 9 then 404 else 200 end,
    n % 5000, n % 300, n % 1000, n % 500, n % 1500,
    case when n % 20000 = 5 then '00000000-0000-7000-8000-000000000000' end,
    '${detail}', '00000000-0000-7000-8000-000000000001', true
  from generate_series(0, $2::bigint - 1) n`;

const insertWords = `insert into search (id, words)
  select ${idOf("$1::bigint")}, ' model ' || n % 7 || '  the weather w' || n % 50
    || ' w' || n * 104729 % 20000
    || case when n % 1000 = 17 then ' thousandth call' else '' end
    || case when n % 20 = 11 then ' twentieth call' else '' end
    || case when n % 50000 = 99 then ' veryrare thing' else '' end || ' '
  from generate_series(0, $2::bigint - 1) n`;

/** As many as routers would have written; what they say is made up. */
const insertFigures = `insert into figures (span, start, kind, bucket, instance, amount)
  select $1::integer, start, kind, case when kind < 4 then 0 else bucket end,
      '00000000-0000-7000-8000-000000000001', $4::bigint
    from generate_series($2::bigint / $1 * $1, $3::bigint, $1::bigint) start,
      generate_series(0, 5) kind, generate_series(0, 15) bucket
    where kind > 3 or bucket = 0 on conflict do nothing`;

/** Likewise: two routers' tallies of a dozen cells, each with fifty different times. */
const insertCells = `insert into cells (key, service_type, original_model, mapped_model, upstream, who,
    client, state, status_code, folded, used_on)
  select md5(n::text)::uuid, 'openai', 'model-' || n % 7, 'model-' || n % 7, 'box-' || n % 4,
    '10.0.0.' || n % 5, 'curl', case when n = 7 then 'failed' else 'completed' end, 200, 0, 30000
  from generate_series(1, 12) n`;
const insertTallies = `insert into tallies (span, start, cell, instance, requests, prompt_tokens,
    completion_tokens, cached_tokens, cost, priced, unpriced, durations, ttfts)
  select $1::integer, start, key, ('00000000-0000-7000-8000-00000000000' || router)::uuid,
      greatest($4::bigint / 24, 1), 10, 10, 0, 0, 0, 0, times, times
    from generate_series($2::bigint / $1 * $1, $3::bigint, $1::bigint) start, cells,
      generate_series(1, 2) router,
      (select array_agg(((100 + n)::bigint << 32) + 1) as times from generate_series(1, 50) n) as timed
  on conflict do nothing`;

/** To fill them first takes half as long. */
async function withoutIndexes(
  client: Client,
  indexes: readonly string[],
  fill: () => Promise<void>,
): Promise<void> {
  const made = await client.run<{ name: string }>(
    `select indexrelid::regclass::text as name from pg_index
      where indrelid in ('requests'::regclass, 'search'::regclass) and not indisprimary`,
  );
  for (const { name } of made) await client.run(`drop index ${name}`);
  for (const table of ["requests", "search"])
    await client.run(`alter table ${table} drop constraint ${table}_pkey`);
  await fill();
  await client.run("set maintenance_work_mem = '256MB'");
  for (const table of ["requests", "search"])
    await client.run(`alter table ${table} add primary key (id)`);
  for (const text of indexes) await client.run(text);
}
