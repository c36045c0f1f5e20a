// What is written to PostgreSQL and read from it, under the contracts of log stores and of their figures;
// by way of a pooler in engine-contracts.slow.ts.
import { logStoreContract } from "../../../contracts/log-store.ts";
import { periodsContract } from "../../../contracts/periods.ts";
import { searchPlacesContract } from "../../../contracts/search-places.ts";
import { threadsContract } from "../../../contracts/threads.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { logsInTurn } from "../../../lab/postgres-log.ts";

const inTurn = logsInTurn(withDatabase);
logStoreContract("PostgreSQL", inTurn);
searchPlacesContract("PostgreSQL", inTurn);
periodsContract("PostgreSQL", inTurn);
threadsContract("PostgreSQL", inTurn);
