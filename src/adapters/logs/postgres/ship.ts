// Shipments of one router's outbox on their way into the tables: several in one transaction, each once.
import type { Shipment, ShippedCall } from "../outbox/shipment.ts";
import { createFigureSums } from "../rows/figures.ts";
import type { StoredRow } from "../rows/stored-row.ts";
import type { Client, Run } from "./client.ts";
import { idTime } from "./id-times.ts";
import type { NeededTimes, Partitions } from "./partitions.ts";
import { writeAnswers, writeItems, writeSegment } from "./write-bodies.ts";
import { writeEnds, writeStarts } from "./write-calls.ts";
import { writeFigures } from "./write-figures.ts";

/** The router that ships. */
export interface Sender {
  /** UUID of its outbox. */
  readonly instance: string;
  /** By which others call it. */
  readonly name: string;
  readonly version: string;
}

/** What several shipments come to together: of one id the last. */
export interface Load extends Pick<Shipment, "ends" | "starts" | "segments" | "answers" | "items"> {
  readonly seq: number;
}

/** @param shipments in the order of their numbers */
export function loadOf(shipments: readonly Shipment[]): Load {
  const ends = new Map<string, ShippedCall>();
  const starts = new Map<string, StoredRow>();
  for (const shipment of shipments) {
    for (const start of shipment.starts) starts.set(start.id, start);
    for (const end of shipment.ends) ends.set(end.row.id, end);
  }
  const items = shipments.flatMap((shipment) => shipment.items);
  const answers = shipments.flatMap((shipment) => shipment.answers);
  return {
    seq: shipments.at(-1)?.seq ?? 0,
    ends: [...ends.values()],
    starts: [...starts.values()].filter(({ id }) => !ends.has(id)),
    segments: shipments.flatMap((shipment) => shipment.segments),
    items: [...new Map(items.map((item) => [item.key, item])).values()],
    answers: [
      ...new Map(answers.map((answer) => [`${answer.owner}${answer.id}`, answer])).values(),
    ],
  };
}

/** When its rows are from, as partitions go by it. */
export function timesOf({ ends, segments }: Load): NeededTimes {
  const calls = ends.map(({ row }) => idTime(row.id));
  return { requests: calls, search: calls, segments: segments.map(({ id }) => idTime(id)) };
}

/**
 * Says how far the sender's shipments are in, and that they are in up to this one from now on; holds
 * off others that would write in its name.
 */
export async function advance(run: Run, sender: Sender, seq: number): Promise<number> {
  for (;;) {
    const [found] = await run<{ before: string }>(
      `update instances set shipped = greatest(instances.shipped, $2::bigint), seen_at = now()
        from (select id, shipped from instances where id = $1::uuid for update) as known
        where instances.id = known.id returning known.shipped::text as before`,
      [sender.instance, seq],
    );
    if (found !== undefined) return Number(found.before);
    // Its row was removed, as it had been away for so long.
    await run(
      `insert into instances (id, name, version) values ($1::uuid, $2, $3) on conflict do nothing`,
      [sender.instance, sender.name, sender.version],
    );
  }
}

/** Writes what of these is not in yet, in one transaction. */
export async function shipTogether(
  client: Client,
  partitions: Partitions,
  sender: Sender,
  shipments: readonly Shipment[],
): Promise<void> {
  const last = shipments.at(-1);
  if (last === undefined) return;
  await partitions.ready(timesOf(loadOf(shipments)));
  await client.inTransaction(async (run) => {
    const before = await advance(run, sender, last.seq);
    const load = loadOf(shipments.filter(({ seq }) => seq > before));
    for (const segment of load.segments) await writeSegment(run, segment);
    const figures = createFigureSums();
    const { inserted, replaced } = await writeEnds(run, sender.instance, load.ends);
    for (const { row } of load.ends) if (inserted.has(row.id)) figures.add(row);
    for (const row of replaced) figures.subtract(row);
    await writeFigures(run, sender.instance, figures.changes());
    await writeStarts(run, sender.instance, load.starts);
    await writeItems(run, load.items);
    await writeAnswers(run, load.answers);
  });
}
