// Kept answers of a file as a copy from one store to another reads them.
import type { Database } from "bun:sqlite";
import type {
  AnswerKey,
  AnswerSource,
  AnswerTarget,
  CopiedAnswer,
} from "../../../ports/log-copy.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { itemsOfList } from "./answer-rows.ts";

interface CopiedRow {
  readonly owner: string;
  readonly id: string;
  readonly call_id: string;
  readonly created_at: number;
  readonly list: number;
  readonly inputs: number;
  readonly upstream: string | null;
  readonly stored: number;
  readonly head: string;
}

/** Answers read at a time, each with all that was said before it. */
const pageAnswers = 50;
const columns = "owner, id, call_id, created_at, list, inputs, upstream, stored, head";

/** A file of before there were any has none. */
export function createAnswerCopies(db: Database): AnswerSource & Pick<AnswerTarget, "find"> {
  const [table] = runSql(db, "select 1 from sqlite_master where name = 'responses'");
  const isThere = table !== undefined;

  function whole(row: CopiedRow): CopiedAnswer {
    return {
      owner: row.owner,
      id: row.id,
      callId: row.call_id,
      createdAt: row.created_at,
      head: row.head,
      items: itemsOfList(db, row.list),
      inputs: row.inputs,
      upstream: row.upstream,
      isStored: row.stored === 1,
    };
  }

  return {
    async page(before, since) {
      if (!isThere) return [];
      const rows = runSql<CopiedRow>(
        db,
        `select ${columns} from responses
          where (?1 is null or created_at >= ?1)
            and (?2 is null or (created_at, owner, id) < (?2, ?3, ?4))
          order by created_at desc, owner desc, id desc limit ${pageAnswers}`,
        [since, before?.createdAt ?? null, before?.owner ?? null, before?.id ?? null],
      );
      return rows.map(whole);
    },
    async find(keys: readonly AnswerKey[]) {
      if (!isThere) return [];
      const rows = runSql<CopiedRow>(
        db,
        `select ${columns} from responses where (id, owner) in
          (select value ->> 0, value ->> 1 from json_each(?))`,
        [JSON.stringify(keys.map(({ owner, id }) => [id, owner]))],
      );
      return rows.map(whole);
    },
  };
}
