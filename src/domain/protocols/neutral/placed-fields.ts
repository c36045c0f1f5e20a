// A writer's account of which fields of a request it has placed.
import type { NeutralRequest, RequestField } from "./request.ts";

export interface PlacedFields {
  /** The field is carried. */
  place(field: RequestField): void;
  /** As if it were essential: without this field the request would be another one to this server. */
  require(field: RequestField): void;
  /** Whether the server has no place for this one, though it has for others of its kind. */
  leavesOut(field: RequestField): boolean;
  /** Something of the request that has no field of its own is not carried: an order, a part of a list. */
  drop(path: string): void;
  /** The server wants it, and the client did not send it. */
  add(path: string): void;
  /** All such, each once. */
  added(): readonly string[];
  /** The paths of all that is not carried, each once. */
  dropped(): readonly string[];
  /** What the request cannot do without and is not carried; null: nothing. */
  missing(): string | null;
}

/** @param leftOut fields of a kind of which the server takes a limited number */
export function createPlacedFields(
  { fields }: NeutralRequest,
  leftOut: readonly RequestField[] = [],
): PlacedFields {
  const placed = new Set<RequestField>();
  const required = new Set<RequestField>();
  const dropped: string[] = [];
  const added = new Set<string>();

  function isPlaced(field: RequestField): boolean {
    return placed.has(field) || (field.follows !== undefined && placed.has(field.follows));
  }

  function isNeeded(field: RequestField): boolean {
    return field.essential === true || required.has(field);
  }

  return {
    place: (field) => void placed.add(field),
    leavesOut: (field) => leftOut.includes(field),
    require: (field) => void required.add(field),
    drop: (path) => void dropped.push(path),
    add: (path) => void added.add(path),
    added: () => [...added],
    dropped: () => {
      const unplaced = fields.filter((field) => !isPlaced(field)).map(({ path }) => path);
      return [...new Set([...unplaced, ...dropped])];
    },
    missing: () => fields.find((field) => isNeeded(field) && !isPlaced(field))?.path ?? null,
  };
}
