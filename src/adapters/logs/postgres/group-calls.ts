// Calls of other routers, read out of the tables that they share.
import type { CallElsewhere } from "../../../ports/group.ts";
import type { LogRow } from "../../../ports/browse.ts";
import { apiRow, type StoredRow } from "../rows/stored-row.ts";
import type { Run } from "./client.ts";
import { originalText } from "./safe-text.ts";
import { uuids } from "./write-calls.ts";

/** A row of `requests` or `inflight` as it is read here. */
interface CallRow extends Omit<StoredRow, "mapped_model"> {
  readonly other_model: string | null;
  readonly mapped: boolean;
}

const columns = `calls.id::text as id, calls.timestamp::double precision as timestamp, calls.state,
  calls.service_type, calls.original_model, calls.other_model, calls.mapped, calls.upstream,
  calls.status_code, calls.duration_ms, calls.ttft_ms,
  calls.prompt_tokens::double precision as prompt_tokens,
  calls.completion_tokens::double precision as completion_tokens,
  calls.total_tokens::double precision as total_tokens, calls.resent_from, calls.detail`;

/** Ended calls by their ids, those of `self` left out, by time. */
export async function endedElsewhere(
  run: Run,
  self: string,
  ids: readonly string[],
): Promise<readonly LogRow[]> {
  const rows = await run<CallRow>(
    `select ${columns} from requests calls
      where id = any ($1::text::uuid[]) and instance <> $2::uuid order by id`,
    [uuids(ids), self],
  );
  return rows.map(rowOf);
}

/** The newest calls of others that have ended, by time. */
export async function newestElsewhere(
  run: Run,
  self: string,
  count: number,
): Promise<readonly LogRow[]> {
  const rows = await run<CallRow>(
    `select * from (
        select ${columns}, calls.instance from requests calls order by calls.id desc limit $1) newest
      where instance <> $2::uuid order by id`,
    [count, self],
  );
  return rows.map(rowOf);
}

const mostInFlight = 500;

/** Calls that other routers are answering, of those that were seen lately; the oldest first. */
export async function inFlightElsewhere(run: Run, self: string): Promise<readonly CallElsewhere[]> {
  const rows = await run<CallRow & { instance: string; name: string }>(
    `select ${columns}, calls.instance::text as instance, instances.name
      from inflight calls join instances on instances.id = calls.instance
      where calls.instance <> $1::uuid order by calls.id limit $2`,
    [self, mostInFlight],
  );
  return rows.map((row) => ({
    instance: { id: row.instance, name: originalText(row.name) },
    row: rowOf(row),
  }));
}

/** The router that answers a call; null: none does. */
export async function answeringInstance(run: Run, callId: string): Promise<string | null> {
  const [row] = await run<{ instance: string }>(
    "select instance::text as instance from inflight where id = $1::uuid",
    [callId],
  );
  return row?.instance ?? null;
}

function rowOf({ other_model, mapped, ...row }: CallRow): LogRow {
  const text = (safe: string | null) => (safe === null ? null : originalText(safe));
  return apiRow({
    ...row,
    original_model: text(row.original_model),
    mapped_model: mapped ? (text(other_model) ?? text(row.original_model)) : null,
    upstream: text(row.upstream),
    resent_from: text(row.resent_from),
    detail: originalText(row.detail),
  });
}
