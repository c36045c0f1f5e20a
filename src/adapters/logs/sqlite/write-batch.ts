// A batch in its transaction: rows, their figures, their words for the search, their bodies.
import type { Kysely } from "kysely";
import type { PackedBatch } from "../bodies/payload-batch.ts";
import type { Content } from "../bodies/payload.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { writtenText } from "../rows/indexed-text.ts";
import { bodyBytes, logRow } from "../rows/log-row.ts";
import { createFigureSums } from "../rows/figures.ts";
import type { FigureSums } from "../rows/figures.ts";
import { type Insertion, insertRows, replacing } from "./insert-rows.ts";
import { releasePayloads } from "./payload-release.ts";
import type { Released } from "./payload-release.ts";
import { writePayloads } from "./payload-rows.ts";
import { writeFigures } from "./figure-rows.ts";
import { placeWrites } from "./place-writes.ts";
import type { PlacedWrite } from "./place-writes.ts";
import { runSql } from "./run-sql.ts";
import type { SearchIndex } from "./search-index.ts";
import { rowColumns, tableRow } from "./sqlite-rows.ts";
import type { BodiesTable, CapturedKind, LogTables } from "./tables.ts";

/** Of writes for the same id the last, with those bodies of earlier ones that it has none in place of. */
export function onceEach(writes: readonly LogWrite[]): readonly LogWrite[] {
  const byId = new Map<string, LogWrite>();
  for (const write of writes) {
    const earlier = byId.get(write.entry.id)?.bodies;
    const { request, response, delivered } = write.bodies;
    const bodies = {
      request: request ?? earlier?.request ?? null,
      response: response ?? earlier?.response ?? null,
      delivered: delivered ?? earlier?.delivered ?? null,
    };
    byId.set(write.entry.id, earlier === undefined ? write : { ...write, bodies });
  }
  return byId.size === writes.length ? writes : [...byId.values()];
}

export interface BodyOfWrite extends Content {
  readonly id: string;
  readonly kind: CapturedKind;
  readonly truncated: boolean;
}

/** The bodies of a write, in the form in which they are packed. */
export function bodiesOf({ entry, bodies }: LogWrite): readonly BodyOfWrite[] {
  const found: BodyOfWrite[] = [];
  for (const kind of ["request", "response", "delivered"] as const) {
    const body = bodies[kind] ?? null;
    if (body === null) continue;
    const { truncated } = body;
    const evolves = kind === "request";
    found.push({ id: entry.id, kind, bytes: bodyBytes(body), truncated, evolves });
  }
  return found;
}

/** @returns the contents that nothing needs any longer */
export async function writeBatch(
  transaction: Kysely<LogTables>,
  index: SearchIndex,
  batch: readonly LogWrite[],
  bodies: readonly BodyOfWrite[],
  kept: PackedBatch,
): Promise<Released> {
  const figures = createFigureSums();
  const placed = await placeWrites(transaction, batch, figures);
  await writeRows(transaction, [...placed.values()], figures);
  const rows = [...placed.values()];
  await index.put(
    transaction,
    rows.map(({ seq, write }) => ({ seq, text: writtenText(write) })),
    rows.filter(({ isNew }) => !isNew).map(({ seq }) => seq),
  );
  const replaced = await bodiesBefore(transaction, placed, bodies);
  await insertRows(
    transaction,
    bodyInsertion,
    bodies.flatMap(({ id, kind, truncated }, place) => {
      const { seq, write } = placed.get(id) ?? {};
      if (seq === undefined || write === undefined) return [];
      const { timestamp, state } = write.entry;
      const payload = kept.kept[place] ?? null;
      const [failed, outside] = [state === "failed", payload?.outside === true];
      const flags = [failed, outside, truncated].map(Number);
      return [[seq, kind, timestamp, payload?.id ?? null, ...flags]];
    }),
  );
  await writePayloads(transaction, kept.changes);
  await writeFigures(transaction, figures.changes());
  return releasePayloads(transaction, replaced);
}

const columns = ["seq", ...rowColumns] as const;
const rowInsertion: Insertion = {
  into: "requests",
  columns,
  onConflict: replacing("id", columns),
};

async function writeRows(
  transaction: Kysely<LogTables>,
  placed: readonly PlacedWrite[],
  figures: FigureSums,
): Promise<void> {
  const rows = placed.map(({ write, seq }) => tableRow(logRow(write), seq));
  for (const row of rows) figures.add(row);
  const values = rows.map((row) => columns.map((column) => row[column]));
  await insertRows(transaction, rowInsertion, values);
}

const bodyInsertion: Insertion = {
  into: "bodies",
  columns: ["seq", "kind", "timestamp", "payload", "failed", "outside", "truncated"],
  onConflict: `on conflict (seq, kind) do update set failed = excluded.failed,
    payload = excluded.payload, outside = excluded.outside, truncated = excluded.truncated`,
};

const bodiesBeforeSql = `select seq, kind, payload from bodies
  where seq in (select value from json_each(?))`;

/** The payloads that stand where these bodies go, which are then no longer needed. */
async function bodiesBefore(
  transaction: Kysely<LogTables>,
  placed: ReadonlyMap<string, PlacedWrite>,
  bodies: readonly BodyOfWrite[],
): Promise<readonly (number | null)[]> {
  const there = [...placed.values()].filter(({ isNew }) => !isNew).map(({ seq }) => seq);
  if (there.length === 0) return [];
  const coming = new Set(bodies.map(({ id, kind }) => `${placed.get(id)?.seq} ${kind}`));
  const rows = await runSql<Pick<BodiesTable, "seq" | "kind" | "payload">>(
    transaction,
    bodiesBeforeSql,
    [JSON.stringify(there)],
  );
  return rows.filter(({ seq, kind }) => coming.has(`${seq} ${kind}`)).map(({ payload }) => payload);
}
