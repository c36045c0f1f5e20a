// Whether a name holds a part that somebody types: case does not matter, as nobody knows that of a model's name.

/** @returns tests names against the part */
export function namesWith(part: string): (name: string) => boolean {
  const sought = part.toLowerCase();
  return (name) => name.toLowerCase().includes(sought);
}
