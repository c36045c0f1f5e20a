// The log's database file as a thread reads it: opened with the first read, and anew where another
// file has taken its place.
import type { Database } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { KeptAnswers } from "../../../ports/kept-answers.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import { SearchDamage } from "../pipeline/log-engine.ts";
import type { BlobPlace, LogPlace } from "../pipeline/log-place.ts";
import { type LogDatabase, openForReading } from "./database.ts";
import type { BlobOwner } from "./log-state.ts";
import { createAnswerReader } from "./answer-rows.ts";
import { createSqliteReader } from "./sqlite-reader.ts";

export interface ReadBlobs {
  /** For whoever looks at one call. */
  readonly ofCall: Pick<BlobStore, "get">;
  /** For lists, which wait less. */
  readonly ofList: Pick<BlobStore, "get">;
}

/** Opens the blobs of a database, to be read. @param db of the database */
export type OpenReadBlobs = (place: BlobPlace, owner: BlobOwner, db: Database) => ReadBlobs;

type AnswerReader = Pick<KeptAnswers, "find" | "items">;

interface Opened {
  readonly database: LogDatabase;
  readonly reader: LogReader;
  readonly answers: AnswerReader;
}

export interface ReadingFile {
  /** @throws where it cannot be opened */
  reader(place: LogPlace): Promise<LogReader>;
  /** Likewise. */
  answers(place: LogPlace): Promise<AnswerReader>;
  close(): void;
}

export function createReadingFile(blobsOf: OpenReadBlobs): ReadingFile {
  let open: Opened | null = null;

  function close(): void {
    open?.database.close();
    open = null;
  }

  function readerOf(database: LogDatabase, { ofCall, ofList }: ReadBlobs): LogReader {
    const { connection, state } = database;
    const reader = createSqliteReader(connection, ofCall, state.search, ofList);
    return {
      ...reader,
      async list(filter) {
        try {
          return await reader.list(filter);
        } catch (error) {
          // A damaged index is begun anew: the next question looks where it then is.
          if (error instanceof SearchDamage) close();
          throw error;
        }
      },
    };
  }

  function opened({ path, blobs }: LogPlace): Opened {
    if (open?.database.isThere() === false) close();
    if (open === null) {
      const database = openForReading(path);
      open = {
        database,
        reader: readerOf(database, blobsOf(blobs, database.state.owner, database.connection)),
        answers: createAnswerReader(database.connection),
      };
    }
    return open;
  }

  return {
    reader: async (place) => opened(place).reader,
    answers: async (place) => opened(place).answers,
    close,
  };
}
