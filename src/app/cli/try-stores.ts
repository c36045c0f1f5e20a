// What `check` finds out by asking where the log would go: what no look at the configuration can tell.
import type {
  ConfigurationProblem,
  EnvironmentProblem,
} from "../../adapters/config/problem-line.ts";
import { oneLine } from "../../adapters/config/problem-line.ts";
import { tryDatabase } from "../../adapters/logs/postgres/try-database.ts";
import { shownUrl } from "../../domain/config/database-url.ts";
import { tryBucket } from "../../adapters/blobs/s3/try-bucket.ts";
import type { S3Settings, Settings } from "../../domain/config/settings.ts";

export interface TriedStores {
  /** What is wrong with them, each with the variable to look at. */
  readonly problems: readonly ConfigurationProblem[];
  /** What is well, a line each. */
  readonly found: readonly string[];
}

export async function tryStores({ logging, database, blobs }: Settings): Promise<TriedStores> {
  if (!logging) return { problems: [], found: [] };
  const problems: ConfigurationProblem[] = [];
  const found: string[] = [];
  if (database !== null) {
    const tried = await tryDatabase(database.url);
    if ("problem" in tried)
      problems.push({
        variable: "DATABASE_URL",
        shown: shownUrl(database.shown),
        message: tried.problem,
      });
    else found.push(`the database ${database.shown}: ${tried.found}`);
  }
  const { s3 } = blobs;
  if (s3 !== null) {
    const trouble = await tryBucket(s3, crypto.randomUUID());
    if (trouble === null)
      found.push(`the bucket ${s3.bucket}: objects can be put, read and removed`);
    else problems.push({ ...named(trouble.variable, s3), message: trouble.message });
  }
  return { problems, found };
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
