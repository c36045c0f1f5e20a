// Reading fields of a request's JSON, whose shape is whatever the client sent.

export type Fields = Readonly<Record<string, unknown>>;

/** The value where it is an object, else an empty one. */
export function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

/** The value where it is an array, else an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value where it is a string, else an empty one. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The value where it is a number, else undefined. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** How many choices or images a request may ask for, as OpenAI has it. */
export const maxChoices = 128;

/** How long vectors may be. */
export const maxDimensions = 4_096;

/**
 * How many of something a request wants: a whole number from 1 to `most`.
 * @param otherwise where it does not say
 * @returns null where it asks for what cannot be
 */
export function countOf(value: unknown, otherwise: number, most: number): number | null {
  const count = asNumber(value) ?? otherwise;
  return Number.isInteger(count) && count >= 1 && count <= most ? count : null;
}
