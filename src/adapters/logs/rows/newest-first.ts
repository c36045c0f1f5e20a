// Rows of several sources as one list.

/** Each id once, as it stands in the last list that has it. Ids are UUIDv7, so they sort by time. */
export function newestFirst<Row extends { readonly id: string }>(
  ...lists: readonly (readonly Row[])[]
): Row[] {
  const unique = new Map(lists.flat().map((row) => [row.id, row]));
  return [...unique.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
}
