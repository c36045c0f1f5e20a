// How a content is stored: as what differs from an earlier body or whole, compressed or as it came,
// in its row or in the blob store.
import { pack } from "./pack.ts";

export interface StorageForm {
  readonly data: Uint8Array;
  readonly packed: boolean;
  /** Whether `data` is the difference from the base. */
  readonly isDifference: boolean;
  readonly where: "row" | "blob";
}

/**
 * @param base an earlier body that begins like it; null: there is none
 * @param inlineLimit bytes; larger bodies go to the blob store, unless they are little but a difference
 */
export function storageForm(
  bytes: Uint8Array,
  base: Uint8Array | null,
  inlineLimit: number,
): StorageForm {
  if (base !== null) {
    const { bytes: data } = pack(bytes, base);
    if (data.length <= inlineLimit && data.length <= bytes.length / 2)
      return { data, packed: true, isDifference: true, where: "row" };
  }
  const { bytes: data, packed } = pack(bytes, null);
  const where = bytes.length > inlineLimit ? "blob" : "row";
  return { data, packed, isDifference: false, where };
}
