// The statements that write segments of bodies, and answers with their items. To each something may be
// joined: where that has no row, nothing is written.
import type { ShippedAnswer, ShippedItem, ShippedSegment } from "../outbox/shipment.ts";
import type { Run } from "./client.ts";
import { safeText } from "./safe-text.ts";
import { createValues, type Values } from "./statement-values.ts";

/** The bytes of all in one, as each statement costs a journey: where each begins stands beside it. */
export function segmentsInsertion(
  values: Values,
  segments: readonly ShippedSegment[],
  and = "",
): string {
  let first = 1;
  const given = segments.map(({ id, packed, object, data }) => {
    const own = { id, packed, ...object, object: object?.key ?? null };
    if (data === null) return { ...own, first: null, size: null };
    const placed = { ...own, first, size: data.length };
    first += data.length;
    return placed;
  });
  const bytes = Buffer.concat(segments.flatMap(({ data }) => data ?? []));
  return `insert into segments (id, packed, object, at, length, data)
    select id, packed, object, at, length, substr(${values.add(bytes, "bytea")}, first, size)
      from json_to_recordset(${values.add(JSON.stringify(given), "text")}::json) as given
        (id uuid, packed boolean, object text, at integer, length integer, first integer, size integer)${and}
      order by id
    on conflict (id) do nothing`;
}

export async function writeSegments(run: Run, segments: readonly ShippedSegment[]): Promise<void> {
  if (segments.length === 0) return;
  const values = createValues();
  await run(segmentsInsertion(values, segments), values.all, values.bytes());
}

/** An item stays for as long as it is used: what moves its day on also holds it against a removal under way. */
export function itemsInsertion(values: Values, items: readonly ShippedItem[], and = ""): string {
  const given = items.map(({ key, owner, id, upstream, isStored, packed, data }) => ({
    key,
    owner,
    id: safeText(id),
    upstream: upstream === null ? null : safeText(upstream),
    stored: isStored,
    packed,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
  }));
  return `insert into response_items
      (key, owner, id, upstream, stored, packed, data, used_on)
    select key, owner, id, upstream, stored, packed, decode(data, 'base64'),
        floor(extract(epoch from now()) / 86400)::integer
      from json_to_recordset(${values.add(JSON.stringify(given), "text")}::json) as given
        (key uuid, owner uuid, id text, upstream text, stored boolean, packed boolean, data text)${and}
      order by key
    on conflict (key) do update set used_on = excluded.used_on
      where response_items.used_on < excluded.used_on`;
}

export async function writeItems(run: Run, items: readonly ShippedItem[]): Promise<void> {
  if (items.length === 0) return;
  const values = createValues();
  await run(itemsInsertion(values, items), values.all, values.bytes());
}

const answerColumns = "owner, id, call_id, created_at, items, inputs, upstream, stored, head";

/** A server may use an id again: then the answer is the new one. */
export function answersInsertion(
  values: Values,
  answers: readonly ShippedAnswer[],
  and = "",
): string {
  const given = answers.map((answer) => ({
    owner: answer.owner,
    id: safeText(answer.id),
    call_id: answer.callId,
    created_at: answer.createdAt,
    items: answer.items,
    inputs: answer.inputs,
    upstream: answer.upstream === null ? null : safeText(answer.upstream),
    stored: answer.isStored,
    head: safeText(answer.head),
  }));
  return `insert into responses (${answerColumns})
    select ${answerColumns}
      from json_to_recordset(${values.add(JSON.stringify(given), "text")}::json) as given
        (owner uuid, id text, call_id uuid, created_at bigint, items uuid[], inputs integer,
          upstream text, stored boolean, head text)${and}
      order by owner, id
    on conflict (owner, id) do update set (call_id, created_at, items, inputs, upstream, stored, head)
      = (excluded.call_id, excluded.created_at, excluded.items, excluded.inputs, excluded.upstream,
        excluded.stored, excluded.head)`;
}

export async function writeAnswers(run: Run, answers: readonly ShippedAnswer[]): Promise<void> {
  if (answers.length === 0) return;
  const values = createValues();
  await run(answersInsertion(values, answers), values.all, values.bytes());
}
