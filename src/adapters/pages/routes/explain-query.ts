// The explain box's form as a question to the routing.
import { plainPath } from "../../../domain/http/plain-path.ts";
import type { RouteQuestion } from "../../../domain/routing/route-question.ts";

/** As typed, blanks at either end aside. */
export interface ExplainFields {
  readonly model: string;
  readonly source: string;
  readonly path: string;
  readonly user: string;
}

const longest = 300;
export const usualPath = "/v1/chat/completions";

export function readExplain(params: URLSearchParams): ExplainFields {
  const value = (name: string): string => (params.get(name) ?? "").trim().slice(0, longest);
  return {
    model: value("model"),
    source: value("source"),
    path: value("path"),
    user: value("user"),
  };
}

/** In its plain form; the usual one where none was given. */
export function pathOf({ path }: Pick<ExplainFields, "path">): string {
  return path === "" ? usualPath : plainPath(path);
}

/** null where nothing was asked. */
export function questionOf(fields: ExplainFields): RouteQuestion | null {
  const { model, source, path, user } = fields;
  if (model === "" && source === "" && path === "" && user === "") return null;
  return {
    model: model === "" ? null : model,
    sourceIp: source === "" ? "127.0.0.1" : source,
    path: pathOf(fields),
    user: user === "" ? null : user,
    headers: [],
  };
}
