// A log store in memory, for tests of what reads the log, and as a second opinion on the contract.
import { logDetail, logRow } from "../../src/adapters/logs/log-row.ts";
import type { CapturedBodies } from "../../src/domain/log-entry.ts";
import type { LogFilter, LogRow } from "../../src/ports/browse.ts";
import type { LogRetention, LogStore } from "../../src/ports/log-store.ts";

interface Kept {
  readonly row: LogRow;
  readonly bodies: CapturedBodies;
}

export function createMemoryLogStore(): LogStore & LogRetention {
  const kept = new Map<string, Kept>();
  const rows = () => [...kept.values()].map(({ row }) => row);
  const before = (time: number | null) =>
    [...kept.values()]
      .filter(({ row }) => time !== null && Date.parse(row.timestamp) < time)
      .toSorted((a, b) => a.row.timestamp.localeCompare(b.row.timestamp));

  return {
    async write(batch) {
      for (const write of batch) {
        const { request, response } = write.bodies;
        const given = request !== null || response !== null;
        const bodies = given ? write.bodies : (kept.get(write.entry.id)?.bodies ?? write.bodies);
        kept.set(write.entry.id, { row: logRow(write), bodies });
      }
    },
    async list(filter) {
      const found = rows()
        .filter((row) => passes(row, filter))
        .toSorted((a, b) => (a.id < b.id ? 1 : -1));
      const logs = found.slice(0, filter.limit);
      return { logs, next: found.length > logs.length ? (logs.at(-1)?.id ?? null) : null };
    },
    async get(id) {
      const found = kept.get(id);
      return found === undefined ? null : logDetail(found.row, found.bodies);
    },
    async stats(since) {
      const seen = rows().filter((row) => Date.parse(row.timestamp) >= (since ?? 0));
      const done = seen.filter((row) => row.state === "completed");
      const errors = seen.filter((row) => row.state === "failed").length;
      return {
        requests: seen.length,
        errors,
        error_rate: seen.length === 0 ? 0 : errors / seen.length,
        duration_ms_median: quantile(done, "duration_ms", 50),
        duration_ms_p95: quantile(done, "duration_ms", 95),
        ttft_ms_median: quantile(done, "ttft_ms", 50),
        prompt_tokens: sum(seen, "prompt_tokens"),
        completion_tokens: sum(seen, "completion_tokens"),
      };
    },
    async interruptLeftovers(now) {
      const left = [...kept.values()].filter(({ row }) => row.state === "inflight");
      for (const { row, bodies } of left) {
        const ended = {
          state: "interrupted",
          completed_at: new Date(now).toISOString(),
          error_message: "the router stopped before this call had ended",
        } as const;
        kept.set(row.id, { row: { ...row, ...ended }, bodies });
      }
      return left.length;
    },
    async removeOlder(rowsBefore, bodiesBefore, limit) {
      const oldRows = before(rowsBefore).slice(0, limit);
      for (const { row } of oldRows) kept.delete(row.id);
      const oldBodies = before(bodiesBefore)
        .filter(({ bodies }) => bodies.request !== null || bodies.response !== null)
        .slice(0, limit);
      for (const { row } of oldBodies)
        kept.set(row.id, { row, bodies: { request: null, response: null } });
      return oldRows.length === limit || oldBodies.length === limit;
    },
  };
}

function passes(row: LogRow, filter: LogFilter): boolean {
  const { before, since, model, service_type, status, upstream, state, q } = filter;
  const { id, original_model, mapped_model, path, source_ip, auth_user, error_message } = row;
  const names = [id, original_model, mapped_model, row.upstream, auth_user];
  const texts = [...names, path, source_ip, error_message];
  return (
    (before === undefined || row.id < before) &&
    (since === undefined || Date.parse(row.timestamp) >= since) &&
    (model === undefined || row.original_model === model || row.mapped_model === model) &&
    (service_type === undefined || row.service_type === service_type) &&
    (status === undefined ||
      (row.status_code !== null &&
        row.status_code >= status.from &&
        row.status_code <= status.to)) &&
    (upstream === undefined || row.upstream === upstream) &&
    (state === undefined || row.state === state) &&
    (q === undefined || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase())))
  );
}

function quantile(
  rows: readonly LogRow[],
  column: "duration_ms" | "ttft_ms",
  percent: number,
): number | null {
  const values = rows
    .map((row) => row[column])
    .filter((value) => value !== null)
    .toSorted((a, b) => a - b);
  // The smallest value that so many percent of all do not exceed.
  return values.find((_, index) => (index + 1) * 100 >= percent * values.length) ?? null;
}

function sum(rows: readonly LogRow[], column: "prompt_tokens" | "completion_tokens"): number {
  return rows.reduce((total, row) => total + (row[column] ?? 0), 0);
}
