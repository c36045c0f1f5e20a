// A batch in its db: rows, their figures, their words for the search, their bodies.
import type { Database } from "bun:sqlite";
import type { PackedBatch } from "../bodies/payload-batch.ts";
import type { Content } from "../bodies/payload.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { writtenText } from "../rows/indexed-text.ts";
import { bodyBytes } from "../rows/log-row.ts";
import { countedRow, createFigureSums } from "../rows/figures.ts";
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
import { rowColumns, rowValues } from "./sqlite-rows.ts";
import type { BodiesTable, CapturedKind } from "./tables.ts";

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
export function writeBatch(
  db: Database,
  index: SearchIndex,
  batch: readonly LogWrite[],
  bodies: readonly BodyOfWrite[],
  kept: PackedBatch,
): Released {
  const figures = createFigureSums();
  const placed = placeWrites(db, batch, figures);
  writeRows(db, [...placed.values()], figures);
  const rows = [...placed.values()];
  index.put(
    db,
    rows.map(({ seq, write }) => ({ seq, text: writtenText(write) })),
    rows.filter(({ isNew }) => !isNew).map(({ seq }) => seq),
  );
  const replaced = bodiesBefore(db, placed, bodies);
  insertRows(
    db,
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
  writePayloads(db, kept.changes);
  writeFigures(db, figures.changes());
  return releasePayloads(db, replaced);
}

const columns = ["seq", ...rowColumns] as const;
const rowInsertion: Insertion = {
  into: "requests",
  columns,
  onConflict: replacing("id", columns),
};

function writeRows(db: Database, placed: readonly PlacedWrite[], figures: FigureSums): void {
  for (const { write } of placed) figures.add(countedRow(write));
  const values = placed.map(({ write, seq }) => [seq, ...rowValues(write)]);
  insertRows(db, rowInsertion, values);
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
function bodiesBefore(
  db: Database,
  placed: ReadonlyMap<string, PlacedWrite>,
  bodies: readonly BodyOfWrite[],
): readonly (number | null)[] {
  const there = [...placed.values()].filter(({ isNew }) => !isNew).map(({ seq }) => seq);
  if (there.length === 0) return [];
  const coming = new Set(bodies.map(({ id, kind }) => `${placed.get(id)?.seq} ${kind}`));
  const rows = runSql<Pick<BodiesTable, "seq" | "kind" | "payload">>(db, bodiesBeforeSql, [
    JSON.stringify(there),
  ]);
  return rows.filter(({ seq, kind }) => coming.has(`${seq} ${kind}`)).map(({ payload }) => payload);
}
