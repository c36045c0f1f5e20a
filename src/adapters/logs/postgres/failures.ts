// What the errors of PostgreSQL, of a pooler before it and of the driver mean, and what a person can do
// about them. None of them holds a password, nor does what is said here.
import type { StoreFailure } from "../pipeline/log-engine.ts";
import { SilentServer } from "./client.ts";
import { ForeignTables, NewerSchema } from "./migrations.ts";
import { stateOf } from "./sql-state.ts";

type Meaning = readonly [kind: StoreFailure["kind"], what: string, remedy: string | null];

const ownDatabase = "set DATABASE_URL to a database of the log's own";
const account = "set DATABASE_URL to a user that it lets in, with that user's password";
const connections =
  "raise its max_connections, or put a pooler such as PgBouncer between it and the routers";

/** By SQLSTATE, or the beginning of one; the first that fits. */
const states: readonly (readonly [begins: string, meaning: Meaning])[] = [
  ["28", ["store", "PostgreSQL refused the user or the password", account]],
  [
    "3D000",
    [
      "store",
      "PostgreSQL has no such database",
      "create it, or set DATABASE_URL to one that is there",
    ],
  ],
  [
    "3F000",
    [
      "store",
      "PostgreSQL has no schema for the log's tables",
      "create it, or take search_path out of the user's settings",
    ],
  ],
  [
    "42501",
    [
      "store",
      "PostgreSQL refused the user of DATABASE_URL a right",
      "make that user the owner of the database, or grant it CREATE on its schema",
    ],
  ],
  ["42", ["passing", "PostgreSQL does not have the log's tables as they should be", ownDatabase]],
  ["22", ["entry", "PostgreSQL refused a row", null]],
  ["23", ["entry", "PostgreSQL refused a row", null]],
  ["54", ["entry", "PostgreSQL refused a row", null]],
  ["53300", ["passing", "PostgreSQL has too many connections", connections]],
  ["53100", ["passing", "PostgreSQL has no room left", "make room on its disk"]],
  ["53", ["passing", "PostgreSQL has too little of what it needs", null]],
  [
    "25006",
    [
      "passing",
      "PostgreSQL takes no writes",
      "set DATABASE_URL to the primary, should this be a standby",
    ],
  ],
  ["57P03", ["passing", "PostgreSQL is not ready yet", null]],
  ["57P0", ["passing", "PostgreSQL has ended the connection", null]],
  ["57014", ["passing", "PostgreSQL has cancelled a statement", null]],
  ["55P03", ["passing", "another one holds a lock in PostgreSQL", null]],
  ["40", ["passing", "PostgreSQL asks for another try", null]],
];

/** What poolers say with a code that says nothing. */
const poolers: readonly (readonly [says: RegExp, meaning: Meaning])[] = [
  [
    /no such database/i,
    ["store", "the pooler has no such database", "set DATABASE_URL to one that it knows"],
  ],
  [
    /no such user|auth(?:entication)? failed|password/i,
    ["store", "the pooler refused the user or the password", account],
  ],
  [/no more connections|too many/i, ["passing", "the pooler has too many connections", null]],
];

const certificate =
  "name the authority's certificate by sslrootcert in DATABASE_URL, and a host that the certificate is for";

/** By the code of the driver, and of TLS under it. */
const drivers: readonly (readonly [code: RegExp, meaning: Meaning])[] = [
  [
    /CERT|SELF_SIGNED|VERIFY_LEAF|ALTNAME|HOSTNAME_MISMATCH|INVALID_CA|UNTRUSTED/,
    ["store", "PostgreSQL's certificate cannot be verified", certificate],
  ],
  [
    /TLS_NOT_AVAILABLE/,
    [
      "store",
      "PostgreSQL does not take connections by TLS",
      "switch ssl on there, or set sslmode in DATABASE_URL to prefer",
    ],
  ],
  [
    /UNSUPPORTED_AUTHENTICATION|AUTHENTICATION_FAILED|INVALID_SERVER/,
    ["store", "PostgreSQL and the driver cannot agree on how to sign in", account],
  ],
  [
    /CONNECTION|ECONN|ENOTFOUND|ETIMEDOUT|EAI_|EHOST|ENETUNREACH|IDLE_TIMEOUT|LIFETIME/,
    [
      "passing",
      "PostgreSQL cannot be reached",
      "start it, or set DATABASE_URL to where it listens",
    ],
  ],
];

/**
 * Says what a rejection of the client means. `store`: it was said by the server, or of what it showed
 * of itself, and stays so until the settings change; `entry`: it lies in what was written.
 */
export function explainFailure(error: unknown): StoreFailure {
  if (error instanceof SilentServer) return { kind: "passing", message: error.message };
  if (error instanceof ForeignTables) return worded("store", error.message, ownDatabase);
  if (error instanceof NewerSchema)
    return worded("passing", error.message, "update this one: until then its rows wait here");
  const said = error instanceof Error ? error.message : "unknown error";
  if (/caFile|certFile|keyFile/.test(said))
    return worded(
      "store",
      `the file that sslrootcert names cannot be read (${said})`,
      "set sslrootcert in DATABASE_URL to a certificate in PEM",
    );
  const [kind, what, remedy] = meaningOf(error, said);
  return worded(kind, `${what} (${said})`, remedy);
}

function meaningOf(error: unknown, said: string): Meaning {
  const state = stateOf(error);
  const known =
    state === null
      ? drivers.find(([code]) => code.test(driverCode(error)))
      : (states.find(([begins]) => state.startsWith(begins)) ??
        (state === "08P01" ? poolers.find(([says]) => says.test(said)) : undefined));
  return known?.[1] ?? ["passing", "PostgreSQL failed", null];
}

function driverCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : "";
}

function worded(kind: StoreFailure["kind"], what: string, remedy: string | null): StoreFailure {
  return { kind, message: remedy === null ? what : `${what}: ${remedy}` };
}
