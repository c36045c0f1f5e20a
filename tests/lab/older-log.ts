// Turns a log's file that this version wrote into what an older version would have left: its rows and
// bodies stay as they are, and what came later is taken away.
import { Database } from "bun:sqlite";

/** What came with each version, to be taken away; the latest first. */
const steps: readonly (readonly [version: number, statements: readonly string[]])[] = [
  [
    10,
    [
      "drop table tallies",
      "drop table cells",
      "drop table threads",
      "delete from state where name in ('sense_below', 'rows_from')",
    ],
  ],
  [
    9,
    [
      `update requests set who = null, client_name = null, client = null, thread_id = null,
        turns_key = null, cost = null, detail = json_remove(detail, '$[24]', '$[23]')`,
      ...["who", "client", "thread", "duration", "tokens", "cost"].map(
        (index) => `drop index requests_${index}`,
      ),
      ...["who", "client_name", "client", "thread_id", "turns_key", "cost"].map(
        (column) => `alter table requests drop column ${column}`,
      ),
    ],
  ],
];

/** @param path of a file that nobody has open */
export function asOlderVersion(path: string, version: 9 | 10): void {
  const raw = new Database(path);
  try {
    for (const [step, statements] of steps)
      if (step >= version) for (const statement of statements) raw.run(statement);
    raw.run(`pragma user_version = ${version}`);
  } finally {
    raw.close();
  }
}
