// The search's index from the main thread: has it checked, filled and begun anew where it needs that.
import type { Happening } from "./log-engine.ts";
import type { LogNotices } from "./log-notices.ts";
import type { OpenReport } from "./worker-calls.ts";
import type { WorkerThread } from "./worker-thread.ts";

export interface SearchWatch {
  /** As the log was opened. */
  opened(search: OpenReport["search"]): void;
  /** What befell the log, said to the program's log already. */
  happened(happening: Happening): void;
  /** As `happened`, and says it to the program's log. */
  befell(happenings: readonly Happening[]): void;
  /** A search failed on its index. */
  damaged(): void;
  /** Tries anew what does not work; once an hour. */
  retry(): void;
  /** No more is begun; resolves when what goes on is through. */
  close(): Promise<void>;
}

export function createSearchWatch(
  writing: Pick<WorkerThread, "call">,
  notices: Pick<LogNotices, "search" | "happened">,
  trouble: (message: string) => void,
): SearchWatch {
  let search: OpenReport["search"] = "whole";
  let isChecking = false;
  /** How many are filling it: one that was begun anew meanwhile is filled by another. */
  let filling = 0;
  let closed = false;
  let atWork: Promise<unknown> = Promise.resolve();

  function begin(work: () => Promise<void>): void {
    if (!closed) atWork = Promise.all([atWork, work()]);
  }

  function is(state: OpenReport["search"]): void {
    search = state;
    notices.search(state);
    if (state === "filling") begin(fill);
  }

  function happened(happening: Happening): void {
    if (happening.kind === "search_off") is("off");
    else notices.happened(happening);
    if (happening.kind === "search_begun") is("filling");
  }

  function befell(happenings: readonly Happening[]): void {
    for (const happening of happenings) {
      trouble(happening.message);
      happened(happening);
    }
  }

  async function fill(): Promise<void> {
    filling++;
    const result = await writing.call("fillSearch", null);
    filling--;
    if (closed) return;
    if (!result.ok) trouble(`the search index could not be filled: ${result.message}`);
    else if (result.value.length > 0) befell(result.value);
    else if (search === "filling") is("whole");
  }

  async function check(): Promise<void> {
    if (isChecking) return;
    isChecking = true;
    const result = await writing.call("checkSearch", null);
    isChecking = false;
    if (result.ok && !closed) befell(result.value);
  }

  function retry(): void {
    if (search === "off") begin(check);
    // What it is filled from may have been out of reach.
    if (search === "filling" && filling === 0) begin(fill);
  }

  return {
    opened(state) {
      is(state);
      retry();
    },
    happened,
    befell,
    damaged() {
      begin(check);
    },
    retry,
    async close() {
      closed = true;
      await atWork;
    },
  };
}
