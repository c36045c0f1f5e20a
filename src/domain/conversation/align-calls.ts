// Which call of a thread asked which beginning of its conversation, and which went another way.
import { turnKeys } from "./turn-keys.ts";
import type { Turn } from "./turn.ts";

export interface AlignedCall {
  readonly id: string;
  readonly state: string;
  /** Stands for all turns that it asked; null: they are not known. */
  readonly turns_key: string | null;
}

export interface Alignment<Call> {
  /** By the number of turns that it asked: the call whose answer comes next. */
  readonly placed: ReadonlyMap<number, Call>;
  /** Those that asked the same as one of these, in the order given. */
  readonly again: readonly Call[];
  /** Those of other turns, in the order given. */
  readonly others: readonly Call[];
}

/**
 * Aligns calls to the conversation that one of them asked. Where several asked the same, the newest that was
 * answered counts: it is the one that people go on from.
 * @param turns of the request of `shown`
 * @param calls newest first
 * @param shown the id of the call whose turns these are; it keeps its place, whatever became of it
 */
export function alignCalls<Call extends AlignedCall>(
  turns: readonly Turn[],
  calls: readonly Call[],
  shown: string,
): Alignment<Call> {
  const places = placesOf(turns);
  const placed = new Map<number, Call>();
  for (const call of calls) {
    const place = call.id === shown ? turns.length : places.get(call.turns_key ?? "");
    if (place === undefined) continue;
    const before = placed.get(place);
    if (before === undefined || isBetter(call, before, shown)) placed.set(place, call);
  }
  const onLine = new Set([...placed.values()].map(({ id }) => id));
  const left = calls.filter(({ id }) => !onLine.has(id));
  const isAgain = ({ turns_key: key }: Call) => places.has(key ?? "");
  return {
    placed,
    again: left.filter(isAgain),
    others: left.filter((call) => !isAgain(call)),
  };
}

function isBetter(call: AlignedCall, before: AlignedCall, shown: string): boolean {
  if (call.id === shown || before.id === shown) return call.id === shown;
  return call.state === "completed" && before.state !== "completed";
}

/** How many turns each key stands for. Turns that do not count belong to those before, unless the model said them. */
function placesOf(turns: readonly Turn[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [index, key] of turnKeys(turns).entries())
    if (!places.has(key) || turns[index]?.role !== "assistant") places.set(key, index + 1);
  return places;
}
