// The engine over outbox and PostgreSQL does what every engine does; what goes to and from the tables
// does so by way of a pooler, too, that gives each transaction another connection.
import { keptAnswersContract } from "../../../contracts/kept-answers.ts";
import { logEngineContract } from "../../../contracts/log-engine.ts";
import { contractedLog, logStoreContract } from "../../../contracts/log-store.ts";
import { searchPlacesContract } from "../../../contracts/search-places.ts";
import { databaseInTurn } from "../../../lab/database-in-turn.ts";
import { noon } from "../../../lab/log-entries.ts";
import { withPooledDatabase } from "../../../lab/pgbouncer.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { withSharedLog } from "../../../lab/shared-log.ts";

const ways = {
  "outbox and PostgreSQL": withDatabase,
  "outbox and PostgreSQL behind PgBouncer": withPooledDatabase,
};

for (const [name, within] of Object.entries(ways)) {
  const onDatabase = databaseInTurn(within);
  const withEngine: Parameters<typeof logEngineContract>[1] = (run) =>
    withSharedLog(run, onDatabase);
  if (within === withDatabase) {
    logEngineContract(name, withEngine);
    keptAnswersContract(name, withEngine);
  }
  for (const contract of [logStoreContract, searchPlacesContract])
    contract(name, (run) =>
      withEngine(async (engine, place) => {
        await engine.open(place, noon);
        await run(contractedLog(engine, place));
      }),
    );
}
