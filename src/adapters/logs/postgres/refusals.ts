// Rows that the server refuses for what is in them: set aside, the last hundred of them, so that they
// hold up nothing.
import { randomUUIDv7 } from "bun";
import type { Run } from "./client.ts";
import { explainFailure } from "./failures.ts";
import { safeText } from "./safe-text.ts";

export interface Refusals {
  /** Does some of the transaction's work; where that is refused for what is in the row, only it is undone. */
  attempt(row: object, work: () => Promise<unknown>): Promise<void>;
  count(): number;
}

const keptRows = 100;
/** Of each. */
const keptCharacters = 100_000;

/** @param run of a transaction */
export function createRefusals(run: Run, instance: string): Refusals {
  let count = 0;

  async function setAside(row: object, why: string): Promise<void> {
    count++;
    await run(
      `insert into rejected (id, instance, why, row, at)
        values ($1::uuid, $2::uuid, $3, $4, clock_timestamp())`,
      [randomUUIDv7(), instance, safeText(why), textOf(row)],
    );
    await run(
      `delete from rejected where id not in
        (select id from rejected order by at desc, id desc limit ${keptRows})`,
    );
  }

  return {
    async attempt(row, work) {
      await run("savepoint attempt");
      try {
        await work();
        await run("release savepoint attempt");
      } catch (error) {
        const { kind, message } = explainFailure(error);
        if (kind !== "entry") throw error;
        await run("rollback to savepoint attempt");
        await setAside(row, message);
      }
    },
    count: () => count,
  };
}

/** Bytes of bodies are of no help here. */
function textOf(row: object): string {
  const text = JSON.stringify(row, (_, value: unknown) =>
    value instanceof Uint8Array ? `${value.length} bytes` : value,
  );
  return safeText(text.slice(0, keptCharacters));
}
