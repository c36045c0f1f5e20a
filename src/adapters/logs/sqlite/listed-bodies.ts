// Bodies of the rows of a list: how large they are, and those of some of them.
import type { Database } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { CapturedKind } from "../bodies/segment.ts";
import { spokenSize, type StoredBodies, storedBodies } from "../bodies/stored-bodies.ts";
import type { ListedBodies, ListedSize } from "../rows/matched-places.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { bodiesBefore } from "./log-state.ts";
import { createBodyReader } from "./segment-rows.ts";

const listedSql = `select id, timestamp, bodies from requests
  where id in (select value from json_each(?)) and bodies is not null`;

interface ListedRow {
  readonly id: string;
  readonly timestamp: number;
  readonly bodies: string | null;
}

/** @param ids of rows that are listed together: what they share is read once */
export async function locateBodies(
  db: Database,
  blobs: Pick<BlobStore, "get">,
  ids: readonly string[],
): Promise<ListedBodies> {
  const there = bodiesBefore(db);
  const rows = new Map<string, StoredBodies>();
  const sizes = new Map<string, ListedSize>();
  for (const { id, timestamp, bodies } of runSql<ListedRow>(db, listedSql, [JSON.stringify(ids)])) {
    const stored = storedBodies(bodies);
    const size = spokenSize(stored);
    if (timestamp < there || size === null) continue;
    rows.set(id, stored);
    sizes.set(id, size);
  }
  return {
    sizes,
    async read(chosen) {
      const read = createBodyReader(db, blobs);
      const bodyOf = async (body: StoredBodies[CapturedKind]) => {
        if (body === undefined || body.pieces === null) return null;
        // The row is worth showing without what cannot be had, whatever the reason.
        const content = await read(body.pieces).catch(() => "lost" as const);
        if (content === "gone" || content === "lost") return null;
        return { chunks: [content], truncated: body.truncated };
      };
      // All at once: each may come from another machine.
      const found = await Promise.all(
        chosen.map(async (id) => {
          const { request, response } = rows.get(id) ?? {};
          const bodies = { request: await bodyOf(request), response: await bodyOf(response) };
          return [id, bodies] as const;
        }),
      );
      return new Map(found);
    },
  };
}
