// What `check` finds out by asking where the log would go: what no look at the configuration can tell.
import type {
  ConfigurationProblem,
  EnvironmentProblem,
} from "../../adapters/config/problem-line.ts";
import { oneLine } from "../../adapters/config/problem-line.ts";
import { tryBucket } from "../../adapters/blobs/s3/try-bucket.ts";
import type { S3Settings, Settings } from "../../domain/config/settings.ts";

/** What is wrong with them, each with the variable to look at. */
export async function tryStores({
  logging,
  blobs,
}: Settings): Promise<readonly ConfigurationProblem[]> {
  const { s3 } = blobs;
  const trouble = logging && s3 !== null ? await tryBucket(s3, crypto.randomUUID()) : null;
  if (trouble === null || s3 === null) return [];
  const { variable, message } = trouble;
  return [{ ...named(variable, s3), message }];
}

/** Nobody's variable is named by what switches S3 on. */
function named(variable: string | null, s3: S3Settings): Omit<EnvironmentProblem, "message"> {
  const shown: Readonly<Record<string, string>> = {
    S3_ENDPOINT: s3.endpoint ?? "",
    S3_BUCKET: s3.bucket,
    S3_REGION: s3.region,
  };
  if (variable === null) return { variable: "BLOB_STORAGE_TYPE", shown: "s3" };
  const value = shown[variable];
  return { variable, shown: value === undefined ? "[hidden]" : oneLine(value) };
}
