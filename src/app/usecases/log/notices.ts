// Every state a person should act on, from wherever it is known, less what was dismissed.
import type { Notice, Notices, NoticeSource } from "../../../ports/notices.ts";

/** @param sources the most urgent first */
export function createNotices(sources: readonly NoticeSource[]): Notices {
  let dismissed: ReadonlySet<string> = new Set();
  const known = (): readonly Notice[] => sources.flatMap((source) => source());
  return {
    current: () => known().filter(({ id }) => !dismissed.has(id)),
    dismiss(id) {
      const lasting = known().filter(({ endsByItself }) => endsByItself !== true);
      // Kept for what still holds only: a state that is over needs no memory, and ids never pile up.
      dismissed = new Set(
        lasting.map((notice) => notice.id).filter((own) => own === id || dismissed.has(own)),
      );
    },
  };
}
