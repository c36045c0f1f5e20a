// Objects of bodies in S3 whose day has passed: keys begin with their day, and nothing older leans on them.
import type { ObjectStore } from "../../../ports/object-store.ts";
import { day } from "./partition-ranges.ts";

/**
 * Removes some of the objects of days that ended before an epoch ms.
 * @returns whether there may be more
 */
export async function removeOldObjects(
  objects: Pick<ObjectStore, "list" | "remove">,
  before: number,
): Promise<boolean> {
  // In the order of their keys, so of their days.
  const { keys, next } = await objects.list("");
  const old = keys.filter((key) => Date.parse(key.slice(0, 10)) + day <= before);
  if (old.length > 0) await objects.remove(old.slice(0, 1_000));
  return old.length > 0 && (old.length > 1_000 || next !== null);
}
