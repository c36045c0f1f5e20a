// Whether a bucket does what the log needs of it: one small object is put there, read in part, and removed.
import type { S3Settings } from "../../../domain/config/settings.ts";
import { ObjectStoreFailure } from "../../../ports/object-store.ts";
import { createS3Objects } from "./s3-objects.ts";
import type { S3Options } from "./s3-requests.ts";

export interface BucketTrouble {
  /** To be looked at; null: none is at fault. */
  readonly variable: string | null;
  /** With what to do where that is known; no secret. */
  readonly message: string;
}

/**
 * @param id a UUID: the object's name, and what stands in it
 * @returns what is wrong; null: nothing is
 */
export async function tryBucket(
  settings: S3Settings,
  id: string,
  options: Partial<S3Options> = {},
): Promise<BucketTrouble | null> {
  const store = createS3Objects(settings, options);
  const key = `smolrouter-check-${id}`;
  const part = { at: 9, length: 9 };
  const wanted = id.slice(part.at, part.at + part.length);
  try {
    await store.put(key, Buffer.from(id));
    try {
      const found = await store.get(key, part);
      if (found === null || Buffer.from(found).toString() !== wanted)
        return trouble("what is put there does not come back as it was");
    } finally {
      await store.remove([key]);
    }
    // Without s3:ListBucket an object that is not there looks like one that may not be seen.
    if ((await store.get(key)) !== null) return trouble("what is removed there stays");
    return null;
  } catch (error) {
    if (!(error instanceof ObjectStoreFailure)) throw error;
    return { variable: error.variable, message: error.message };
  }
}

function trouble(words: string): BucketTrouble {
  return { variable: "S3_ENDPOINT", message: `${words}; is it an S3 server?` };
}
