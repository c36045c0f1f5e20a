// Embeddings: unit vectors that depend on the text alone, so that every API agrees on them.

/** A vector of length one with so many dimensions, each a 32-bit float. */
export function vectorOf(text: string, dimensions: number): readonly number[] {
  // A linear congruential generator (Numerical Recipes' constants) seeded by the text.
  let state = Bun.hash.crc32(text);
  const raw = Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  const length = Math.hypot(...raw) || 1;
  return raw.map((value) => Math.fround(value / length));
}

/** A vector as base64 of little-endian 32-bit floats, as OpenAI encodes it. */
export function vectorBase64(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, index) => bytes.setFloat32(index * 4, value, true));
  return new Uint8Array(bytes.buffer).toBase64();
}
