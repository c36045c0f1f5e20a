// Base64 (RFC 4648 §4 and §5): bytes for a look at an image's first ones, numbers for vectors.

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const values: ReadonlyMap<string, number> = new Map([
  ...Array.from(alphabet, (letter, value) => [letter, value] as const),
  // The alphabet for URLs differs in two letters.
  ["-", 62],
  ["_", 63],
]);

/** The bytes of a base64 text; it ends at its padding, null where it holds anything else. */
export function decodeBase64(text: string): Uint8Array | null {
  const end = text.indexOf("=");
  const length = end < 0 ? text.length : end;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let from = 0; from < length; from += 1) {
    const value = values.get(text.charAt(from));
    if (value === undefined) return null;
    // At most six bits wait for the next six.
    bits = ((bits << 6) | value) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at] = (bits >> held) & 0xff;
      at += 1;
    }
  }
  return bytes;
}

/** A vector as OpenAI encodes it (`encoding_format: "base64"`): 32-bit floats, little endian; null where it is none. */
export function decodeVector(text: string): readonly number[] | null {
  const bytes = decodeBase64(text);
  if (bytes === null || bytes.length % 4 !== 0) return null;
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
