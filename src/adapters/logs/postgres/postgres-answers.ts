// Kept answers in PostgreSQL, as they are read: any router of the group may be asked to go on from one.
import { zstdDecompressSync } from "bun";
import { callIdIn } from "../../../domain/call/answer-id.ts";
import type { FoundItem, KeptAnswers, MadeItem } from "../../../ports/kept-answers.ts";
import { ownerKey } from "../rows/answer-keys.ts";
import type { Client, Run } from "./client.ts";
import { inReading } from "./reading.ts";
import { originalText, safeText } from "./safe-text.ts";
import { uuids } from "./write-calls.ts";

interface AnswerRow {
  readonly id: string;
  readonly call_id: string;
  /** UUIDs with spaces between. */
  readonly items: string;
  readonly inputs: number;
  readonly upstream: string | null;
  readonly stored: boolean;
  readonly head: string;
}

interface ItemRow {
  readonly key: string;
  readonly id: string;
  readonly upstream: string | null;
  readonly stored: boolean;
  readonly packed: boolean;
  readonly data: Uint8Array;
}

const itemColumns = "key::text as key, id, upstream, stored, packed, data";

const ofOwner = "($2::uuid is null or owner = $2::uuid)";

export function createPostgresAnswers(client: Client): Pick<KeptAnswers, "find" | "items"> {
  return {
    find: (owner, id) =>
      inReading(client, async (run) => {
        const row = (await answerRow(run, owner, id)) ?? (await answerOfCall(run, owner, id));
        if (row === null) return null;
        const keys = row.items === "" ? [] : row.items.split(" ");
        const items = await madeItems(run, keys);
        const named = (some: readonly string[]) =>
          some.flatMap((key): FoundItem[] => {
            const item = items.get(key);
            return item === undefined ? [] : [{ id: item.id, text: item.text }];
          });
        return {
          id: originalText(row.id),
          callId: row.call_id,
          head: originalText(row.head),
          input: named(keys.slice(0, row.inputs)),
          output: named(keys.slice(row.inputs)),
          upstream: row.upstream === null ? null : originalText(row.upstream),
          isStored: row.stored,
        };
      }),

    items: (owner, ids) =>
      inReading(client, async (run) => {
        const rows = await run<ItemRow>(
          `select ${itemColumns} from response_items
            where id in (select json_array_elements_text($1::text::json)) and ${ofOwner}`,
          [JSON.stringify(ids.map(safeText)), keyOrAny(owner)],
        );
        return rows.map(madeItem);
      }),
  };
}

const answerColumns = `id, call_id::text as call_id, array_to_string(items, ' ') as items, inputs,
  upstream, stored, head`;

async function answerRow(run: Run, owner: string | null, id: string): Promise<AnswerRow | null> {
  const [row] = await run<AnswerRow>(
    `select ${answerColumns} from responses where id = $1::text and ${ofOwner}
      order by created_at desc limit 1`,
    [safeText(id), keyOrAny(owner)],
  );
  return row ?? null;
}

/** By the router's own id, which says whose answer it is. */
async function answerOfCall(run: Run, owner: string | null, id: string): Promise<AnswerRow | null> {
  const call = callIdIn(id);
  if (call === null) return null;
  const [row] = await run<AnswerRow>(
    `select ${answerColumns} from responses where call_id = $1::uuid and ${ofOwner}
      order by created_at desc limit 1`,
    [call, keyOrAny(owner)],
  );
  return row ?? null;
}

/** Items by their keys, UUIDs. */
export async function madeItems(
  run: Run,
  keys: readonly string[],
): Promise<ReadonlyMap<string, MadeItem>> {
  if (keys.length === 0) return new Map();
  const rows = await run<ItemRow>(
    `select ${itemColumns} from response_items
      where key = any ($1::text::uuid[])`,
    [uuids([...new Set(keys)])],
  );
  return new Map(rows.map((row) => [row.key, madeItem(row)]));
}

function madeItem({ id, upstream, stored, packed, data }: ItemRow): MadeItem {
  const text = packed ? zstdDecompressSync(data) : data;
  return {
    id: originalText(id),
    text: new TextDecoder().decode(text),
    upstream: upstream === null ? null : originalText(upstream),
    isStored: stored,
  };
}

function keyOrAny(owner: string | null): string | null {
  return owner === null ? null : ownerKey(owner);
}
