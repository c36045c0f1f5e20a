// The sums of a thread from its calls, one by one: where none of them has ended, or the log's own sums do
// not hold them yet, as those of an earlier version for a while.
import type { LogRow } from "../../../ports/browse.ts";
import type { ThreadRow } from "../../../ports/threads.ts";

const mostModels = 8;

/**
 * @param calls newest first
 * @returns null: there are none
 */
export function threadOfCalls(id: string, calls: readonly LogRow[]): ThreadRow | null {
  const [newest, oldest] = [calls[0], calls.at(-1)];
  if (newest === undefined || oldest === undefined) return null;
  const ended = calls.filter(({ state }) => state !== "inflight");
  const sum = (of: (call: LogRow) => number | null) =>
    ended.reduce((all, call) => all + (of(call) ?? 0), 0);
  const models = ended
    .toReversed()
    .flatMap((call) => call.mapped_model ?? call.original_model ?? []);
  return {
    id,
    title: calls.findLast(({ asked }) => asked !== null)?.asked ?? null,
    user: oldest.auth_user ?? oldest.source_ip,
    client: oldest.client,
    started_at: oldest.timestamp,
    last_at: newest.timestamp,
    calls: ended.length,
    errors: ended.filter(({ state }) => state === "failed").length,
    models: [...new Set(models)].slice(0, mostModels),
    prompt_tokens: sum((call) => call.prompt_tokens),
    completion_tokens: sum((call) => call.completion_tokens),
    cost: ended.some(({ cost }) => cost !== null) ? sum((call) => call.cost) : null,
    unpriced: ended.filter((call) => call.cost === null && (call.total_tokens ?? 0) > 0).length,
    duration_ms: sum((call) => call.duration_ms),
  };
}
