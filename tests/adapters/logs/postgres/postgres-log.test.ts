// What is written to PostgreSQL and read from it, under the contract of log stores; by way of a pooler
// in engine-contracts.slow.ts.
import { logStoreContract } from "../../../contracts/log-store.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { logsInTurn } from "../../../lab/postgres-log.ts";

logStoreContract("PostgreSQL", logsInTurn(withDatabase));
