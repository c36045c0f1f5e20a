// Where bodies lie in S3: what is packed within a second goes into one object, as each costs the same
// whatever its size.

export interface ObjectPlace {
  /** `<yyyy-mm-dd>/<uuidv7>`: a day's objects go together. */
  readonly key: string;
  readonly at: number;
}

export interface ObjectPlaces {
  /** @param bytes that follow there; `now` in epoch ms */
  place(bytes: number, now: number): ObjectPlace;
  /** Whether nothing more is added to an object. */
  isWhole(key: string, now: number): boolean;
  /** Nothing more is added to the one that is open. */
  close(): void;
}

/** A single segment may be larger. */
const maxBytes = 8 * 1024 * 1024;
const openMs = 1_000;

/** @param newId gives a UUIDv7 of that time */
export function createObjectPlaces(newId: (now: number) => string): ObjectPlaces {
  let open: { readonly key: string; readonly since: number; length: number } | null = null;

  const isOver = (now: number) =>
    open !== null && (now - open.since >= openMs || now < open.since || open.length >= maxBytes);

  return {
    place(bytes, now) {
      if (isOver(now) || (open !== null && open.length + bytes > maxBytes)) open = null;
      open ??= {
        key: `${new Date(now).toISOString().slice(0, 10)}/${newId(now)}`,
        since: now,
        length: 0,
      };
      const at = open.length;
      open.length += bytes;
      return { key: open.key, at };
    },
    isWhole: (key, now) => open?.key !== key || isOver(now),
    close() {
      open = null;
    },
  };
}
