// Fields of requests that the routes file changes (`params`): what each level says, and all of it as one.
import type { FieldChange, FieldChanges } from "../bytes/json-changes.ts";

/** One field that a level of the routes file changes. */
export interface ParamChange {
  readonly kind: "set" | "default" | "drop";
  /** The field's name, behind those of the objects around it. */
  readonly path: readonly string[];
  /** JSON text; empty for `drop`. */
  readonly json: string;
  /** As the routes file writes it: without the values of variables. */
  readonly shown: string;
}

export interface Params {
  /** The farthest from the request first. */
  readonly list: readonly ParamChange[];
  readonly changes: FieldChanges;
}

/** @param list no two of the same path */
export function paramsOf(list: readonly ParamChange[]): Params {
  const root = new Map<string, Draft>();
  for (const one of list) {
    let fields = root;
    let draft: Draft | null = null;
    for (const name of one.path) {
      draft = fields.get(name) ?? emptyDraft();
      fields.set(name, draft);
      fields = draft.inside;
    }
    if (draft === null) continue;
    if (one.kind === "drop") draft.drop = true;
    else if (one.kind === "set") draft.value = one.json;
    else draft.fallback = one.json;
  }
  return { list, changes: root };
}

export const noParams: Params = paramsOf([]);

/**
 * What two levels say together. The closer one's word on a field counts; what it sets or drops, it
 * does with all that the farther one says of fields within.
 */
export function mergedParams(farther: Params, closer: Params): Params {
  const kept = farther.list.filter(
    ({ path }) =>
      !closer.list.some(
        (one) =>
          begins(path, one.path) && (one.kind !== "default" || one.path.length === path.length),
      ),
  );
  return paramsOf([...kept, ...closer.list]);
}

/** Each change, as `set temperature = 0`; the values of variables are not shown. */
export function paramsInWords({ list }: Params): readonly string[] {
  return list.map(
    ({ kind, path, shown }) => `${kind} ${path.join(".")}${kind === "drop" ? "" : ` = ${shown}`}`,
  );
}

function begins(path: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((name, at) => path[at] === name);
}

interface Draft extends FieldChange {
  drop: boolean;
  fallback: string | null;
  value: string | null;
  readonly inside: Map<string, Draft>;
}

function emptyDraft(): Draft {
  return { drop: false, fallback: null, value: null, inside: new Map() };
}
