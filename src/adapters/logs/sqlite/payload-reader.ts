// Contents of bodies on their way out: from the row or the blob store, unpacked along their chain.
import type { Database } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import { unpackChain } from "../bodies/pack.ts";
import { hex } from "./payload-rows.ts";
import { runSql } from "./run-sql.ts";
import type { PayloadsTable } from "./tables.ts";

type Link = Pick<PayloadsTable, "hash" | "packed" | "data">;

/** From the payload to its root. */
const chainSql = `with recursive chain (id, hash, packed, base, data, step) as (
    select id, hash, packed, base, data, 0 from payloads where id = ?
    union all
    select p.id, p.hash, p.packed, p.base, p.data, step + 1
    from payloads p join chain on p.id = chain.base)
  select hash, packed, data from chain order by step`;

/** A payload's content; null where it, or what it was packed with, has gone from the blob store. */
export async function readPayload(
  db: Database,
  blobs: BlobStore,
  id: number,
): Promise<Uint8Array | null> {
  const chain = runSql<Link>(db, chainSql, [id]);
  const links = chain.map(({ hash, packed, data }) => ({
    name: hex(hash),
    packed: packed === 1,
    data,
  }));
  return unpackChain(links, blobs);
}
