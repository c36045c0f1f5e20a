// A bare base64 image, as Ollama's clients send it, as the data URL that /v1 servers want.
import { decodeBase64 } from "../../bytes/base64.ts";

/** Bytes at places of a file that tell its type; -1 matches any. */
const signatures: readonly (readonly [type: string, bytes: readonly number[]])[] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46, -1, -1, -1, -1, 0x57, 0x45, 0x42, 0x50]],
  ["image/avif", [-1, -1, -1, -1, 0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66]],
  ["image/heic", [-1, -1, -1, -1, 0x66, 0x74, 0x79, 0x70, 0x68, 0x65, 0x69, 0x63]],
  ["image/tiff", [0x49, 0x49, 0x2a, 0x00]],
  ["image/tiff", [0x4d, 0x4d, 0x00, 0x2a]],
  ["image/bmp", [0x42, 0x4d]],
];

// Servers that decode images look at the bytes, but want a type that begins with `image/`.
const unknownType = "image/png";

/** The image as a data URL; null where it is neither base64 nor such a URL. White space is removed. */
export function imageUrl(image: string): string | null {
  if (/^data:[^,]*;base64,/i.test(image)) return image;
  const text = /\s/.test(image) ? image.replaceAll(/\s/g, "") : image;
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return null;
  const start = decodeBase64(text.slice(0, 16));
  if (start === null) return null;
  const found = signatures.find(([, bytes]) =>
    bytes.every((byte, at) => byte === -1 || start[at] === byte),
  );
  return `data:${found?.[0] ?? unknownType};base64,${text}`;
}
