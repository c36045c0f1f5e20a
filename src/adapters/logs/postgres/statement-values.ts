// The values of a statement, numbered as they are put into its text.

/** Collects what a statement compares with, or writes. */
export interface Values {
  readonly all: readonly unknown[];
  /** @returns the value's place in the statement */
  add(value: unknown, type: string): string;
  /** Of texts and bytes, roughly. */
  bytes(): number;
}

export function createValues(): Values {
  const all: unknown[] = [];
  return {
    all,
    add: (value, type) => `$${all.push(value)}::${type}`,
    bytes: () => all.reduce((sum: number, value) => sum + sizeOf(value), 0),
  };
}

function sizeOf(value: unknown): number {
  return typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
}
