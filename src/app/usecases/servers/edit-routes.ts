// Trying a change of the routes file against what was logged, and saving it: one at a time, and never over a file that has changed.
import { assembleRouting, type RoutingBase } from "../../../domain/routing/assemble.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { RoutesEdit, RoutesFile, SavedRoutes } from "../../../ports/routes-edit.ts";
import { backtestLog } from "../log/backtest-log.ts";

const dayMs = 86_400_000;
/** Calls that are decided again; more would be felt by those being answered. */
const mostCalls = 20_000;
/** UTF-16 units; a larger text would be felt, likewise. */
const longest = 256 * 1024;

export interface EditRoutesDeps {
  readonly file: RoutesFile;
  readonly reader: Pick<LogReader, "list">;
  readonly routing: () => Routing;
  readonly base: RoutingBase;
  readonly clock: Pick<Clock, "now">;
  /** Has the file read again; settles once it is in force, or refused and reported. */
  readonly reload: () => Promise<void>;
}

export function createRoutesEdit(deps: EditRoutesDeps): RoutesEdit {
  const { file, reader, routing, base, clock } = deps;
  let last: Promise<unknown> = Promise.resolve();

  function parsed(text: string, onDisk: string | null): ReturnType<RoutesFile["parse"]> {
    if (text.length > longest)
      return { problems: [{ at: null, message: `has more than ${longest} characters` }] };
    return file.parse(text, onDisk);
  }

  async function save(text: string, hash: string): Promise<SavedRoutes> {
    const read = parsed(text, null);
    if ("problems" in read) return { kind: "problems", problems: read.problems };
    const present = await file.look();
    if (present.kind === "unreadable") return { kind: "failed", why: present.why };
    if (present.hash !== hash) return { kind: "changed" };
    // Forms end lines as mail does; a file goes on as it was.
    const ends = present.kind === "text" && present.text.includes("\r\n") ? "\r\n" : "\n";
    const stamp = new Date(clock.now()).toISOString().replace(/[-:.]/g, "");
    try {
      const isKept = await file.replace(text.replaceAll("\n", ends), stamp);
      await deps.reload();
      return { kind: "saved", stamp: isKept ? stamp : null };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { kind: "failed", why: `The file was not saved: ${why}.` };
    }
  }

  return {
    async open(mayEdit) {
      const present = await file.look();
      if (present.kind === "unreadable")
        return { text: null, why: present.why, hash: null, isRedacted: false };
      const hash = mayEdit ? present.hash : null;
      if (present.kind === "none") return { text: "", why: null, hash, isRedacted: false };
      if (mayEdit) return { text: present.text, why: null, hash, isRedacted: false };
      const text = file.withoutKeys(present.text);
      const why =
        text === null
          ? "The file cannot be parsed, so its keys cannot be hidden; only those who may save it can see it."
          : null;
      return { text, why, hash, isRedacted: text !== null && text !== present.text };
    },
    async try(text, mayEdit) {
      const present = mayEdit ? null : await file.look();
      const read = parsed(text, present === null ? null : "text" in present ? present.text : "");
      if ("problems" in read) return { kind: "problems", problems: read.problems };
      try {
        const { report, isCut } = await backtestLog({
          reader,
          current: routing(),
          candidate: assembleRouting(read.routes, base),
          since: clock.now() - dayMs,
          most: mostCalls,
        });
        return { kind: "valid", tested: { ...report, isCut } };
      } catch {
        return { kind: "valid", tested: null };
      }
    },
    save(text, hash) {
      const mine = last.then(() => save(text, hash));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
