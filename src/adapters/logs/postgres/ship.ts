// Shipments of one router's outbox on their way into the tables: several in one transaction, each once.
import type { Shipment, ShippedCall } from "../outbox/shipment.ts";
import type { SharedInstance } from "../outbox/shared-store.ts";
import type { StoredRow } from "../rows/stored-row.ts";
import type { CellBook } from "./cell-book.ts";
import type { Client, Run } from "./client.ts";
import { explainFailure } from "./failures.ts";
import { idTime } from "./id-times.ts";
import type { NeededTimes, Partitions } from "./partitions.ts";
import { createRefusals } from "./refusals.ts";
import { safeText } from "./safe-text.ts";
import { writeAnswers, writeItems, writeSegments } from "./write-bodies.ts";
import { talliesOf, writeEnds, writeStarts } from "./write-calls.ts";
import { type Load, writeNewLoad } from "./write-load.ts";

/** Where shipments go, and whose they are. */
export interface Way {
  readonly client: Client;
  readonly partitions: Partitions;
  readonly sender: SharedInstance;
  readonly cells: CellBook;
}

function loadOf(shipments: readonly Shipment[]): Load {
  const ends = new Map<string, ShippedCall>();
  const starts = new Map<string, StoredRow>();
  for (const shipment of shipments) {
    for (const start of shipment.starts) starts.set(start.id, start);
    for (const end of shipment.ends) ends.set(end.row.id, end);
  }
  const items = shipments.flatMap((shipment) => shipment.items);
  const answers = shipments.flatMap((shipment) => shipment.answers);
  return {
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
function timesOf(shipments: readonly Shipment[]): NeededTimes {
  const calls = shipments.flatMap(({ ends }) => ends.map(({ row }) => idTime(row.id)));
  const segments = shipments.flatMap((shipment) => shipment.segments.map(({ id }) => idTime(id)));
  return { requests: calls, search: calls, segments };
}

/**
 * Says that the sender's shipments are in up to this one, and holds off others that would write in
 * its name.
 * @returns up to which one they were
 */
async function advance(run: Run, { id, name, version }: SharedInstance, seq: number) {
  for (;;) {
    const [found] = await run<{ before: number }>(
      `update instances set shipped = greatest(instances.shipped, $2::bigint), seen_at = now()
        from (select id, shipped from instances where id = $1::uuid for update) as known
        where instances.id = known.id returning known.shipped::double precision as before`,
      [id, seq],
    );
    if (found !== undefined) return found.before;
    // Its row was removed, as it had been away for so long.
    await enterInstance(run, { id, name, version });
  }
}

/** Leaves what is known of it as it is. */
async function enterInstance(run: Run, { id, name, version }: SharedInstance): Promise<void> {
  await run(
    "insert into instances (id, name, version) values ($1::uuid, $2, $3) on conflict do nothing",
    [id, safeText(name), version],
  );
}

/** Writes what of these is not in yet, in one transaction. */
async function shipTogether(
  { client, partitions, sender }: Way,
  shipments: readonly Shipment[],
): Promise<void> {
  const last = shipments.at(-1);
  if (last === undefined) return;
  await partitions.ready(timesOf(shipments));
  await client.inTransaction(async (run) => {
    const before = await advance(run, sender, last.seq);
    const load = loadOf(shipments.filter(({ seq }) => seq > before));
    await writeSegments(run, load.segments);
    await writeStarts(run, sender.id, load.starts);
    await writeItems(run, load.items);
    await writeAnswers(run, load.answers);
    await writeEnds(run, sender.id, load.ends);
  });
}

/** As `shipTogether`, row by row: one that is refused for what is in it is set aside. @returns how many were */
async function shipSingly(
  { client, partitions, sender }: Way,
  shipment: Shipment,
): Promise<number> {
  await partitions.ready(timesOf([shipment]));
  return client.inTransaction(async (run) => {
    const before = await advance(run, sender, shipment.seq);
    if (before >= shipment.seq) return 0;
    const refusals = createRefusals(run, sender.id);
    const load = loadOf([shipment]);
    for (const segment of load.segments)
      await refusals.attempt(segment, () => writeSegments(run, [segment]));
    for (const start of load.starts)
      await refusals.attempt(start, () => writeStarts(run, sender.id, [start]));
    for (const item of load.items) await refusals.attempt(item, () => writeItems(run, [item]));
    for (const answer of load.answers)
      await refusals.attempt(answer, () => writeAnswers(run, [answer]));
    // In the order of their threads, as others lock these.
    const ends = load.ends.toSorted((a, b) => byThread(a.row, b.row));
    for (const end of ends) await refusals.attempt(end.row, () => writeEnds(run, sender.id, [end]));
    return refusals.count();
  });
}

function byThread({ thread_id: one }: StoredRow, { thread_id: other }: StoredRow): number {
  const [first, second] = [one ?? "", other ?? ""];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** As `shipTogether`, in one statement; the server refuses all where not all of it is new. */
async function shipNew({ client, partitions, sender, cells }: Way, shipments: readonly Shipment[]) {
  const [first, last] = [shipments[0], shipments.at(-1)];
  if (first === undefined || last === undefined) return;
  await partitions.ready(timesOf(shipments));
  const numbers = { id: sender.id, first: first.seq, last: last.seq };
  const load = loadOf(shipments);
  const tallies = await cells.fold(client.run, talliesOf(load.ends).changes());
  await writeNewLoad(client.run, numbers, load, tallies);
  cells.written(tallies.cells);
}

/** As SharedStore says of `ship`. @returns how many rows were refused */
export async function ship(way: Way, shipments: readonly Shipment[]): Promise<number> {
  if (await isTaken(() => shipNew(way, shipments))) return 0;
  if (await isTaken(() => shipTogether(way, shipments))) return 0;
  let refused = 0;
  for (const shipment of shipments)
    if (shipments.length === 1 || !(await isTaken(() => shipTogether(way, [shipment]))))
      refused += await shipSingly(way, shipment);
  return refused;
}

/** Whether they are in now; not, where something in them is refused. */
async function isTaken(attempt: () => Promise<void>): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch (error) {
    if (explainFailure(error).kind !== "entry") throw error;
    return false;
  }
}
