// How much base64 stands for.

/** Bytes that it decodes to (RFC 4648 §4), from its length alone; null for anything but a text. */
export function base64Size(data: unknown, from = 0): number | null {
  if (typeof data !== "string") return null;
  const padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
  return Math.max(0, Math.floor(((data.length - from) * 3) / 4) - padding);
}
