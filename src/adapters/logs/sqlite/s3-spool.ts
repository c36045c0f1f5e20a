// Blobs on their way to S3, and where those lie that have arrived: in the log's own file, so that no
// write waits for the network, and what is kept is kept for as long as a row. What comes within a
// second goes into one object, as each costs the same whatever its size.
import type { Database } from "bun:sqlite";
import { randomUUIDv7 } from "bun";
import type { ObjectStep, ObjectSteps } from "../outbox/object-lane.ts";
import { takesBodies } from "../outbox/spool-room.ts";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";

/** To be made in a log whose larger bodies go to S3. */
const tables = [
  // `object` is null as long as a blob is in none.
  `create table s3_blobs (
    id integer primary key, name text not null unique, failed integer not null,
    length integer not null, since integer not null, object text, at integer)`,
  "create index s3_blobs_loose on s3_blobs (failed, id) where object is null",
  "create index s3_blobs_object on s3_blobs (object) where object is not null",
  // Bytes of those that have not arrived, apart: SQLite writes a row anew where a column changes.
  "create table s3_data (id integer primary key, data blob not null)",
  `create table s3_objects (
    key text primary key, length integer not null, state integer not null) without rowid`,
];

/** Of an object. Removed ones stay until S3 has removed them, too. */
const states = { coming: 0, there: 1, removed: 2 } as const;

/** Where a blob lies. */
export type BlobSpot =
  | { readonly data: Uint8Array }
  | { readonly object: string; readonly at: number; readonly length: number };

/** What throws is SQLite's own error, or one in words. */
export interface S3Spool extends ObjectSteps {
  /**
   * Takes a blob in.
   * @param failed it is of failed calls only: those of others go first
   * @throws where there is no room
   */
  put(name: string, bytes: Uint8Array, failed: boolean): void;
  remove(name: string): void;
  /** Bytes of all blobs, here and in S3, an object counting whole for as long as one of its blobs stays. */
  takenBytes(): number;
  /** Bytes that wait here. */
  waitingBytes(): number;
  /** Epoch ms since when the oldest of them waits; null: none does. */
  oldestAt(): number | null;
  /** Blobs of calls that did not fail and that were given up for those of failed ones, since the start. */
  givenUp(): number;
}

export interface SpoolParts {
  readonly db: Database;
  /** Of the log that the objects belong to: what their keys begin with. */
  readonly owner: string;
  /** Bytes that may wait. */
  readonly maxBytes: number;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Bytes; a single blob may be larger. */
const maxObject = 8 * 1024 * 1024;
const gatherMs = 1_000;
/** Looked at together: blobs of an object, and of what is given up. */
const perLook = 1_000;
/** Keys that S3 is asked to remove at a time. */
const perRemoval = 500;

/** Makes the tables where there are none yet. */
export function settleS3Tables(db: Database): void {
  inTransaction(db, "immediate", () => {
    if (!hasS3Tables(db)) for (const statement of tables) runSql(db, statement);
  });
}

/** Whether any body of the log has ever been on its way to S3. */
export function hasS3Tables(db: Database): boolean {
  return runSql(db, "select 1 from sqlite_master where name = 's3_blobs'").length > 0;
}

/** @returns null: there is none of that name */
export function blobSpot(db: Database, name: string): BlobSpot | null {
  const [found] = runSql<{
    length: number;
    object: string | null;
    at: number;
    data: Uint8Array | null;
  }>(
    db,
    `select length, object, at, data from s3_blobs b left join s3_data d on d.id = b.id
      where name = ?`,
    [name],
  );
  if (found === undefined) return null;
  const { data, object, at, length } = found;
  if (data !== null) return { data };
  return object === null ? null : { object, at, length };
}

/** Names that begin so. */
export function blobNames(db: Database, firstDigits: string): readonly string[] {
  return runSql<{ name: string }>(db, "select name from s3_blobs where name >= ? and name < ?", [
    firstDigits,
    `${firstDigits}g`,
  ]).map(({ name }) => name);
}

interface LooseBlob {
  readonly id: number;
  readonly length: number;
  readonly since: number;
}

/** Over tables that `settleS3Tables` has made. */
export function createS3Spool({ db, owner, maxBytes, now }: SpoolParts): S3Spool {
  let waiting = sum("select sum(length(data)) as bytes from s3_data");
  let taken = sum(
    `select coalesce((select sum(length) from s3_blobs where object is null), 0)
      + coalesce((select sum(length) from s3_objects where state <> ${states.removed}), 0) as bytes`,
  );
  let givenUp = 0;

  function sum(sql: string): number {
    return runSql<{ bytes: number | null }>(db, sql)[0]?.bytes ?? 0;
  }

  function loose(failed: 0 | 1, order: "asc" | "desc"): readonly LooseBlob[] {
    return runSql<LooseBlob>(
      db,
      `select id, length, since from s3_blobs where object is null and failed = ?
        order by id ${order} limit ${perLook}`,
      [failed],
    );
  }

  /** The newest first, until there is so much room; what may be on its way stays. */
  function giveUpSuccesses(bytes: number): void {
    let freed = 0;
    const gone: number[] = [];
    for (const { id, length } of loose(0, "desc")) {
      if (freed >= bytes) break;
      gone.push(id);
      freed += length;
    }
    if (gone.length === 0) return;
    const ids = JSON.stringify(gone);
    inTransaction(db, "immediate", () => {
      runSql(db, "delete from s3_blobs where id in (select value from json_each(?))", [ids]);
      runSql(db, "delete from s3_data where id in (select value from json_each(?))", [ids]);
    });
    givenUp += gone.length;
    waiting -= freed;
    taken -= freed;
  }

  /** Puts what waits into an object, where it has waited long enough or is much. */
  function gather(failed: 0 | 1): void {
    const blobs = loose(failed, "asc");
    const [oldest] = blobs;
    if (oldest === undefined) return;
    const chosen: { readonly id: number; readonly at: number }[] = [];
    let length = 0;
    for (const blob of blobs) {
      if (chosen.length > 0 && length + blob.length > maxObject) break;
      chosen.push({ id: blob.id, at: length });
      length += blob.length;
    }
    const age = now() - oldest.since;
    const isMuch = chosen.length < blobs.length || blobs.length === perLook;
    // A clock that was set back must not keep them here.
    if (!isMuch && age >= 0 && age < gatherMs) return;
    const day = new Date(oldest.since).toISOString().slice(0, 10);
    const key = `${folderOf(owner)}${day}/${randomUUIDv7()}`;
    inTransaction(db, "immediate", () => {
      runSql(db, "insert into s3_objects values (?, ?, ?)", [key, length, states.coming]);
      runSql(
        db,
        `update s3_blobs set object = ?, at = chosen.value ->> 'at'
          from json_each(?) as chosen where s3_blobs.id = chosen.value ->> 'id'`,
        [key, JSON.stringify(chosen)],
      );
    });
  }

  /** The oldest object that is on its way. Of blobs removed since, zeros stand in their places. */
  function coming(): ObjectStep | null {
    const [object] = runSql<{ key: string; length: number }>(
      db,
      "select key, length from s3_objects where state = ? limit 1",
      [states.coming],
    );
    if (object === undefined) return null;
    const bytes = new Uint8Array(object.length);
    const blobs = runSql<{ at: number; data: Uint8Array }>(
      db,
      "select at, data from s3_blobs b join s3_data d on d.id = b.id where object = ?",
      [object.key],
    );
    for (const { at, data } of blobs) bytes.set(data, at);
    return { put: object.key, bytes };
  }

  function removal(): ObjectStep | null {
    const keys = runSql<{ key: string }>(
      db,
      `select key from s3_objects where state = ? limit ${perRemoval}`,
      [states.removed],
    );
    return keys.length === 0 ? null : { remove: keys.map(({ key }) => key) };
  }

  function isCrowded(bytes: number, failed: boolean): boolean {
    return failed ? waiting + bytes > maxBytes : !takesBodies(waiting + bytes, maxBytes);
  }

  return {
    put(name, bytes, failed) {
      if (failed && isCrowded(bytes.length, failed))
        giveUpSuccesses(waiting + bytes.length - maxBytes);
      if (isCrowded(bytes.length, failed))
        throw new Error(
          "what waits for S3 fills its room here; SPOOL_MAX_SIZE gives it more, and S3 has to take it",
        );
      inTransaction(db, "immediate", () => {
        const [blob] = runSql<{ id: number }>(
          db,
          `insert into s3_blobs (name, failed, length, since) values (?, ?, ?, ?)
            on conflict (name) do nothing returning id`,
          [name, Number(failed), bytes.length, now()],
        );
        if (blob === undefined) return;
        runSql(db, "insert into s3_data values (?, ?)", [blob.id, bytes]);
        waiting += bytes.length;
        taken += bytes.length;
      });
    },

    remove(name) {
      inTransaction(db, "immediate", () => {
        const [blob] = runSql<{ id: number; length: number; object: string | null }>(
          db,
          "delete from s3_blobs where name = ? returning id, length, object",
          [name],
        );
        if (blob === undefined) return;
        const [data] = runSql(db, "delete from s3_data where id = ? returning 1", [blob.id]);
        if (data !== undefined) waiting -= blob.length;
        if (blob.object === null) taken -= blob.length;
        else if (
          runSql(db, "select 1 from s3_blobs where object = ? limit 1", [blob.object]).length === 0
        )
          taken -= objectGoes(db, blob.object, owner);
      });
    },

    next() {
      const put = coming();
      if (put !== null) return put;
      for (const failed of [1, 0] as const) {
        gather(failed);
        const gathered = coming();
        if (gathered !== null) return gathered;
      }
      const removed = removal();
      if (removed !== null) return removed;
      return loose(0, "asc").length + loose(1, "asc").length > 0 ? "later" : null;
    },

    done(step) {
      inTransaction(db, "immediate", () => {
        if ("remove" in step) {
          runSql(
            db,
            "delete from s3_objects where state = ? and key in (select value from json_each(?))",
            [states.removed, JSON.stringify(step.remove)],
          );
          return;
        }
        // One whose blobs have all been removed meanwhile stays removed.
        runSql(db, "update s3_objects set state = ? where key = ? and state = ?", [
          states.there,
          step.put,
          states.coming,
        ]);
        const arrived = runSql<{ bytes: number }>(
          db,
          `delete from s3_data where id in (select id from s3_blobs where object = ?)
            returning length(data) as bytes`,
          [step.put],
        );
        for (const { bytes } of arrived) waiting -= bytes;
      });
    },

    takenBytes: () => taken,
    waitingBytes: () => waiting,
    oldestAt() {
      const [oldest] = runSql<{ since: number }>(
        db,
        "select since from s3_blobs where id = (select min(id) from s3_data)",
      );
      return oldest?.since ?? null;
    },
    givenUp: () => givenUp,
  };
}

/** A log that routers share has its days beside these, and looks for the oldest of them at the front. */
function folderOf(owner: string): string {
  return `log-${owner}/`;
}

/**
 * No blob lies in it any longer. One of another log, which this one is a copy of, is left to that.
 * @returns its bytes
 */
function objectGoes(db: Database, key: string, owner: string): number {
  const [object] = key.startsWith(folderOf(owner))
    ? runSql<{ length: number }>(
        db,
        "update s3_objects set state = ? where key = ? returning length",
        [states.removed, key],
      )
    : runSql<{ length: number }>(db, "delete from s3_objects where key = ? returning length", [
        key,
      ]);
  return object?.length ?? 0;
}
