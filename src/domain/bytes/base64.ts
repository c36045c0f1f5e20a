// Base64 (RFC 4648 §4 and §5): an image's first bytes, vectors, and what clients keep for the router.

/** The bytes of a base64 text of either alphabet, read up to its padding; null where it is not a valid one. */
export function decodeBase64(text: string): Uint8Array | null {
  const end = text.indexOf("=");
  const digits = end < 0 ? text : text.slice(0, end);
  try {
    return Uint8Array.fromBase64(digits.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
}

/** Bytes in the alphabet that needs no escape anywhere, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * A vector as OpenAI encodes it (`encoding_format: "base64"`): 32-bit floats, little endian; null
 * where the text is not a valid one.
 */
export function decodeVector(text: string): readonly number[] | null {
  const bytes = decodeBase64(text);
  if (bytes === null || bytes.length % 4 !== 0) return null;
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
