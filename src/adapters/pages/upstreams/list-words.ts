// What became of the last try to list a server's models, in words.
import type { UpstreamState } from "../../../ports/browse.ts";

/** What a server's list is: whether there is one, and if not, whose fault that is. */
export function listInWords({
  models_state: state,
  models_error: error,
  models,
}: Pick<UpstreamState, "models_state" | "models_error" | "models">): string {
  switch (state) {
    case "unasked":
      return "not asked yet";
    case "listed":
      return models.length === 0 ? "lists no models" : "";
    case "answered":
      return `answers, but lists no models: ${error ?? "no list"}`;
    case "unreachable":
      return `does not answer: ${error ?? "no connection"}`;
  }
}
