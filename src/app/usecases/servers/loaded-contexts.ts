// What servers say of their loaded models' contexts, for the log.
import type { ServerContexts } from "../../../domain/log/contexts.ts";
import { loadedKey } from "../../../domain/routing/loaded-models.ts";
import { memoryControls } from "../../../domain/routing/model-memory.ts";
import type { LoadedBoard } from "./loaded-board.ts";

/** @param names of servers; those that have said nothing are left out */
export function loadedContexts(
  board: Pick<LoadedBoard, "list" | "control">,
  names: Iterable<string>,
): readonly ServerContexts[] {
  return [...names].flatMap((server) => {
    const list = board.list(server);
    if (list === null) return [];
    const models = list.models.flatMap(({ name, context }) =>
      context === undefined ? [] : [[loadedKey(name), context] as const],
    );
    return [{ server, isOllama: board.control(server) === memoryControls.ollama, models }];
  });
}
