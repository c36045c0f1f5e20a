// What a failure of PostgreSQL means, and that it is said with what to do and without a secret.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { createClient, SilentServer } from "../../../../src/adapters/logs/postgres/client.ts";
import { explainFailure } from "../../../../src/adapters/logs/postgres/failures.ts";
import type { StoreFailure } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { labPassword, startPostgres, withDatabase } from "../../../lab/postgres.ts";
import { otherAuthority, selfSigned } from "../../../lab/self-signed.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

/** What a statement over such a URL ends with; null: it succeeds. */
async function failureOf(url: string, statement = "select 1") {
  const client = createClient({ url, connections: 1, silenceMs: 20_000 });
  try {
    await client.run(statement);
    return null;
  } catch (error) {
    const failure = explainFailure(error);
    expect(failure.message).not.toContain(labPassword);
    expect(failure.message).not.toContain("wrong-word");
    return failure;
  } finally {
    await client.close();
  }
}

const said = (kind: StoreFailure["kind"], ...words: readonly string[]): StoreFailure => ({
  kind,
  message: expect.stringMatching(new RegExp(words.join(".*"))),
});

test("by the server's code: what passes, what lies in a row, what stays until settings change", () => {
  const table: readonly [code: string, kind: StoreFailure["kind"], word: string][] = [
    ["28000", "store", "DATABASE_URL"],
    ["28P01", "store", "DATABASE_URL"],
    ["3D000", "store", "DATABASE_URL"],
    ["42501", "store", "DATABASE_URL"],
    ["42P01", "passing", "tables"],
    ["22021", "entry", "refused a row"],
    ["23514", "entry", "refused a row"],
    ["54000", "entry", "refused a row"],
    ["53300", "passing", "max_connections"],
    ["53100", "passing", "disk"],
    ["53200", "passing", "too little"],
    ["25006", "passing", "primary"],
    ["57P03", "passing", "not ready"],
    ["57P01", "passing", "ended the connection"],
    ["57014", "passing", "cancelled"],
    ["40001", "passing", "another try"],
    ["40P01", "passing", "another try"],
    ["XX000", "passing", "failed"],
  ];
  for (const [errno, kind, word] of table)
    expect(explainFailure(Object.assign(new Error("x"), { errno }))).toEqual(said(kind, word));
  expect(explainFailure(new SilentServer(5_000))).toEqual(said("passing", "not answered"));
  expect(explainFailure("?")).toEqual(said("passing", "unknown"));
});

test("a password, a user, a database and a host that are wrong", () =>
  withDatabase(async (url, server) => {
    const wrong = (change: (url: URL) => void) => {
      const other = new URL(url);
      change(other);
      return failureOf(other.href);
    };
    expect(await wrong((to) => (to.password = "wrong-word"))).toEqual(
      said("store", "password", "DATABASE_URL"),
    );
    expect(await wrong((to) => (to.username = "nobody"))).toEqual(said("store", "DATABASE_URL"));
    expect(await wrong((to) => (to.pathname = "/nothing"))).toEqual(
      said("store", "nothing", "DATABASE_URL"),
    );
    expect(await wrong((to) => (to.port = "1"))).toEqual(said("passing", "cannot be reached"));
    expect(await wrong((to) => to.searchParams.set("sslmode", "require"))).toEqual(
      said("store", "TLS", "sslmode"),
    );
    expect(await failureOf(url, "set transaction_read_only = on; create table t ()")).toEqual(
      said("passing", "primary"),
    );
    const sql = new SQL(server.url(), { max: 1 });
    await sql.unsafe("create role guest login password 'wrong-word'");
    const guest = new URL(url);
    [guest.username, guest.password] = ["guest", "wrong-word"];
    expect(await failureOf(guest.href, "create table mine ()")).toEqual(
      said("store", "a right", "CREATE"),
    );
    await sql.unsafe("drop role guest");
    await sql.close();
  }));

test("TLS is as strict as sslmode says, against the authority that sslrootcert names", async () => {
  const addresses = "listen_addresses=127.0.0.1,127.0.0.2";
  const server = await startPostgres({ tls: selfSigned, settings: [addresses] });
  try {
    await withTempFolder(async (folder) => {
      const [own, other] = [join(folder, "own.pem"), join(folder, "other.pem")];
      writeFileSync(own, selfSigned.cert);
      writeFileSync(other, otherAuthority);
      const refused = said("store", "certificate", "sslrootcert");
      const table: readonly [query: string, expected: StoreFailure | null][] = [
        ["sslmode=require", null],
        [`sslmode=verify-ca&sslrootcert=${own}`, null],
        [`sslmode=verify-full&sslrootcert=${own}`, null],
        ["sslmode=verify-full", refused],
        [`sslmode=verify-ca&sslrootcert=${other}`, refused],
        [`sslmode=verify-full&sslrootcert=${other}`, refused],
        [
          `sslmode=verify-full&sslrootcert=${join(folder, "none.pem")}`,
          said("store", "sslrootcert"),
        ],
      ];
      const secure =
        "do $$ begin assert (select ssl from pg_stat_ssl where pid = pg_backend_pid()); end $$";
      const elsewhere = server.url().replace("127.0.0.1", "127.0.0.2");
      // Its certificate names another address, which only the first looks at.
      expect(await failureOf(`${elsewhere}?sslmode=verify-full&sslrootcert=${own}`)).toEqual(
        refused,
      );
      expect(await failureOf(`${elsewhere}?sslmode=verify-ca&sslrootcert=${own}`)).toBeNull();
      for (const [query, expected] of table)
        expect([query, await failureOf(`${server.url()}?${query}`, secure)]).toEqual([
          query,
          expected,
        ]);
    });
  } finally {
    server.remove();
  }
});
