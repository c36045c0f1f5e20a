// Kept answers in PostgreSQL as a copy from one store to another reads them.
import type {
  AnswerKey,
  AnswerSource,
  AnswerTarget,
  CopiedAnswer,
} from "../../../ports/log-copy.ts";
import type { Client, Run } from "./client.ts";
import { madeItems } from "./postgres-answers.ts";
import { originalText, safeText } from "./safe-text.ts";

interface CopiedRow {
  readonly owner: string;
  readonly id: string;
  readonly call_id: string;
  readonly created_at: number;
  /** UUIDs with spaces between. */
  readonly items: string;
  readonly inputs: number;
  readonly upstream: string | null;
  readonly stored: boolean;
  readonly head: string;
}

/** Answers read at a time, each with all that was said before it. */
const pageAnswers = 50;
const columns = `owner::text as owner, id, call_id::text as call_id,
  created_at::double precision as created_at, array_to_string(items, ' ') as items, inputs, upstream,
  stored, head`;

export function createAnswerCopies({
  run,
}: Pick<Client, "run">): AnswerSource & Pick<AnswerTarget, "find"> {
  return {
    async page(before, since) {
      const rows = await run<CopiedRow>(
        `select ${columns} from responses
          where ($1::bigint is null or created_at >= $1::bigint)
            and ($2::bigint is null
              or (created_at, owner, id) < ($2::bigint, $3::text::uuid, $4::text))
          order by responses.created_at desc, responses.owner desc, responses.id desc
          limit ${pageAnswers}`,
        [
          since,
          before?.createdAt ?? null,
          before?.owner ?? null,
          before === null ? null : safeText(before.id),
        ],
      );
      return whole(run, rows);
    },
    async find(keys: readonly AnswerKey[]) {
      const rows = await run<CopiedRow>(
        `select ${columns} from responses where (id, owner) in (
          select given ->> 0, (given ->> 1)::uuid
            from json_array_elements($1::text::json) given)`,
        [JSON.stringify(keys.map(({ owner, id }) => [safeText(id), owner]))],
      );
      return whole(run, rows);
    },
  };
}

async function whole(run: Run, rows: readonly CopiedRow[]): Promise<readonly CopiedAnswer[]> {
  const keysOf = ({ items }: CopiedRow) => (items === "" ? [] : items.split(" "));
  const items = await madeItems(run, rows.flatMap(keysOf));
  return rows.map((row) => ({
    owner: row.owner.replaceAll("-", ""),
    id: originalText(row.id),
    callId: row.call_id,
    createdAt: row.created_at,
    head: originalText(row.head),
    items: keysOf(row).flatMap((key) => items.get(key) ?? []),
    inputs: row.inputs,
    upstream: row.upstream === null ? null : originalText(row.upstream),
    isStored: row.stored,
  }));
}
