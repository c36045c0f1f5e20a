// What kind of picture carried data is, by its first bytes: what a request calls it is anyone's word.

const beginnings: readonly (readonly [base64: string, type: string])[] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGODlh", "image/gif"],
  ["R0lGODdh", "image/gif"],
];

/** RIFF, then four bytes of length, then WEBP: the length's bytes share characters with their neighbours. */
const webp = /^UklGR.{6}XRUJQ/s;

/** @param data base64; @returns a media type that a browser can only show as a picture; null: none of those */
export function imageType(data: string): string | null {
  for (const [base64, type] of beginnings) if (data.startsWith(base64)) return type;
  return webp.test(data.slice(0, 20)) ? "image/webp" : null;
}
