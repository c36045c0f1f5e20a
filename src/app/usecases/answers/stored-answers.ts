// Answers of Responses by their ids: in memory first, then in the store; and, for a moment, those of calls
// that are not over yet: a client reads the last event of an answer before the router has seen its end.
import type { FoundAnswer, KeptAnswers, MadeItem } from "../../../ports/kept-answers.ts";
import type { Clock } from "../../../ports/clock.ts";
import { orAfter } from "../or-after.ts";
import type { RecentAnswers } from "./recent-answers.ts";

/** ms for which an answer is waited for that is not there yet. */
const patienceMs = 1_000;

export function createStoredAnswers(
  recent: RecentAnswers,
  store: KeptAnswers,
  clock: Pick<Clock, "after" | "elapsed">,
): KeptAnswers {
  /** @param look null: it is not there */
  async function awaited<T>(
    owner: string | null,
    look: () => Promise<T | null>,
  ): Promise<T | null> {
    const until = clock.elapsed() + patienceMs;
    for (;;) {
      const end = recent.nextEnd(owner);
      const found = await look();
      const left = until - clock.elapsed();
      if (found !== null || end === null || left <= 0) return found;
      if ((await orAfter(end, left, clock)) === "due") return look();
    }
  }

  async function itemsOf(
    owner: string | null,
    ids: readonly string[],
  ): Promise<readonly MadeItem[] | null> {
    const found = new Map<string, MadeItem>();
    for (const id of ids) {
      const item = recent.item(owner, id);
      if (item !== null) found.set(id, item);
    }
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length > 0)
      for (const item of await store.items(owner, missing)) found.set(item.id, item);
    return ids.every((id) => found.has(id)) ? [...found.values()] : null;
  }

  return {
    find: (owner, id) =>
      awaited<FoundAnswer>(
        owner,
        async () => recent.find(owner, id) ?? (await store.find(owner, id)),
      ),
    async items(owner, ids) {
      return (await awaited(owner, () => itemsOf(owner, ids))) ?? [];
    },
    async remove(owner, id) {
      const wasRecent = recent.find(owner, id) !== null;
      recent.forget(owner, id);
      return (await store.remove(owner, id)) || wasRecent;
    },
  };
}
