// A writer's account of which fields of a request it has placed.
import type { NeutralRequest, RequestField } from "./request.ts";

export interface PlacedFields {
  /** The field is carried. */
  place(field: RequestField): void;
  /** The paths of those that are not, each once. */
  dropped(): readonly string[];
}

export function createPlacedFields({ fields }: NeutralRequest): PlacedFields {
  const placed = new Set<RequestField>();
  return {
    place: (field) => void placed.add(field),
    dropped: () => [
      ...new Set(fields.filter((field) => !placed.has(field)).map(({ path }) => path)),
    ],
  };
}
