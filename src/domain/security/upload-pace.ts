// How slowly a request's body may arrive: slower than any line that is meant to work, faster than whoever only wants to occupy a place.

const graceMs = 30_000;
const bytesPerMs = 16; // 16 KB/s

/** ms from the head until a body that has brought so many bytes must be complete, or have brought more. */
export function uploadDueMs(bytes: number): number {
  return graceMs + Math.floor(bytes / bytesPerMs);
}
