// Bodies of the calls of a list: how large they are, and those of some of them.
import type { ObjectStore } from "../../../ports/object-store.ts";
import { spokenSize, storedBodies } from "../bodies/stored-bodies.ts";
import type { ListedBodies, ListedSize } from "../rows/matched-places.ts";
import type { Client } from "./client.ts";
import type { Floors } from "./floors.ts";
import {
  type PlacedBodies,
  putTogether,
  readSegments,
  type UnpackedSegments,
} from "./read-bodies.ts";
import { uuids } from "./write-calls.ts";

interface ListedRow {
  readonly id: string;
  readonly bodies: string | null;
  readonly segments: string;
}

/**
 * Outside of the list's transaction, whose statements have little time; segments never change.
 * @param objects null: bodies that lie in one cannot be read
 * @param ids of calls that are listed together: what they share is read once
 */
export async function locateBodies(
  client: Pick<Client, "run">,
  objects: Pick<ObjectStore, "get"> | null,
  floors: Floors,
  ids: readonly string[],
): Promise<ListedBodies> {
  const placed = new Map<string, PlacedBodies>();
  const sizes = new Map<string, ListedSize>();
  const rows = await client.run<ListedRow>(
    `select r.id::text as id, r.bodies, array_to_string(r.segments, ' ') as segments from requests r
      where r.id = any ($1::text::uuid[]) and r.timestamp >= $2::text::bigint and r.bodies is not null`,
    [uuids(ids), String(floors.bodies)],
  );
  for (const { id, bodies, segments } of rows) {
    const size = spokenSize(storedBodies(bodies));
    if (size === null) continue;
    const own = segments ? segments.split(" ") : [];
    placed.set(id, { bodies, segments: own });
    sizes.set(id, { ...size, segments: size.segments.map((place) => own[place] ?? "") });
  }
  return {
    sizes,
    async read(chosen) {
      const own = chosen.flatMap((id) => {
        const found = placed.get(id);
        return found === undefined ? [] : [[id, found] as const];
      });
      const segments = [...new Set(own.flatMap(([, found]) => found.segments))];
      const bytes = own.reduce((sum, [id]) => sum + (sizes.get(id)?.bytes ?? 0), 0);
      const stored = await readSegments(client.run, { bodies: null, segments }, bytes);
      const unpacked: UnpackedSegments = new Map();
      const found = await Promise.all(
        own.map(async ([id, call]) => {
          // The call is worth showing without what cannot be had, whatever the reason.
          const read = await putTogether(call, stored, objects, unpacked).catch(() => null);
          return [id, read?.bodies ?? { request: null, response: null }] as const;
        }),
      );
      return new Map(found);
    },
  };
}
