// What is written to PostgreSQL and read from it, under the contract of log stores: straight, and by
// way of a pooler that gives each transaction another connection.
import { logStoreContract } from "../../../contracts/log-store.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { logsInTurn } from "../../../lab/postgres-log.ts";
import { withPooledDatabase } from "../../../lab/pgbouncer.ts";

logStoreContract("PostgreSQL", logsInTurn(withDatabase));
logStoreContract("PostgreSQL behind PgBouncer", logsInTurn(withPooledDatabase));
