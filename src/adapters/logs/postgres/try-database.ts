// Whether the log could be kept in a database, found out without changing anything there.
import { createClient } from "./client.ts";
import { explainFailure } from "./failures.ts";
import { findSchema, ownSchema } from "./migrations.ts";

/** ms: what does not answer sooner would not serve the log either. */
const silenceMs = 5_000;
/** `gen_random_uuid` is the server's own from there on. */
const oldestServer = 130_000;

interface ServerRow {
  readonly version: number;
  readonly shown: string;
  readonly standby: boolean;
  readonly read_only: boolean;
  readonly schema: string | null;
  readonly may_create: boolean | null;
}

const serverSql = `select current_setting('server_version_num')::int as version,
  current_setting('server_version') as shown, pg_is_in_recovery() as standby,
  current_setting('transaction_read_only') = 'on' as read_only, current_schema() as schema,
  has_schema_privilege(current_schema(), 'create') as may_create`;

/** @returns what was found, in a line; or what is wrong, with what to do about it. Neither holds a secret. */
export async function tryDatabase(
  url: string,
): Promise<{ readonly found: string } | { readonly problem: string }> {
  const client = createClient({ url, connections: 1, silenceMs });
  try {
    return await client.inTransaction(async (run) => {
      const [server] = await run<ServerRow>(serverSql);
      if (server === undefined) return { problem: "PostgreSQL gives no answer to a question" };
      const problem = whyNot(server);
      if (problem !== null) return { problem };
      const tables = await findSchema(run);
      const found = `PostgreSQL ${server.shown}`;
      if (tables === null)
        return server.may_create === true
          ? { found: `${found}, with no tables yet: the first router makes them` }
          : {
              problem: `the user may not create tables in the schema ${server.schema}: make it the owner of the database, or grant it CREATE on that schema`,
            };
      if (tables.oldestBinary > ownSchema.version)
        return {
          problem: "the tables were made by a newer version of SmolRouter: update this one",
        };
      return { found: `${found}, with the log's tables` };
    });
  } catch (error) {
    return { problem: explainFailure(error).message };
  } finally {
    await client.close();
  }
}

function whyNot({
  version,
  shown,
  standby,
  read_only: readOnly,
  schema,
}: ServerRow): string | null {
  if (version < oldestServer) return `PostgreSQL ${shown} is too old: 13 or newer is needed`;
  if (standby) return "this is a standby, which takes no writes: name the primary";
  if (readOnly) return "the database takes no writes: default_transaction_read_only is on";
  return schema === null ? "the user's search_path names no schema that is there" : null;
}
