// A short hash, by which texts differ that became the same by losing characters.

/** FNV-1a over UTF-16 units: 8 hex digits, always the same for a text. */
export function hashText(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
