// What opens a block of JSON that loses its wrapping: a fence or a marker at the start of a line.

/**
 * How the block ends: by a fence of at least so many back-ticks, by a marker on a line of its own,
 * or, where the JSON began on the marker's own line, by a marker anywhere outside of its strings.
 */
export type BlockForm =
  | { readonly kind: "fence"; readonly ticks: number }
  | { readonly kind: "marker-line" }
  | { readonly kind: "marker" };

export interface Opening {
  /** Characters that go. */
  readonly length: number;
  readonly form: BlockForm;
}

/** Characters, breaks included, beyond which a line is not a fence line, so that no more than these ever wait. */
export const longestFenceLine = 80;

const jsonFence = /^ {0,3}(`{3,})[ \t]*json[ \t]*\r?\n/i;
// A bare fence's content may be indented as the fence is.
const bareFence = /^( {0,3})(`{3,})[ \t]*\r?\n(?=\1?[{[])/;
const markerLine = /^ {0,3}\[json\][ \t]*\r?\n/i;
const marker = /^ {0,3}\[json\][ \t]*(?=[{[])/i;

/** @param line a line's first `longestFenceLine` characters, with what follows its break */
export function openingOf(line: string): Opening | null {
  const json = jsonFence.exec(line);
  if (json !== null) return fence(json[0], json[1]);
  const bare = bareFence.exec(line);
  if (bare !== null) return fence(bare[0], bare[2]);
  const alone = markerLine.exec(line);
  if (alone !== null) return { length: alone[0].length, form: { kind: "marker-line" } };
  const beside = marker.exec(line);
  return beside === null ? null : { length: beside[0].length, form: { kind: "marker" } };
}

function fence(line: string, ticks: string | undefined): Opening {
  return { length: line.length, form: { kind: "fence", ticks: ticks?.length ?? 0 } };
}

const unfinished =
  /^ {0,3}(?:`{0,2}|`{3,}[ \t]*(?:j|js|jso|json[ \t]*\r?|\r?|\r?\n {0,3})|\[(?:j|js|jso|json|json\][ \t]*\r?)?)$/i;

/** Whether the text may still become an opening when more comes. */
export function mayOpen(text: string): boolean {
  return unfinished.test(text);
}
