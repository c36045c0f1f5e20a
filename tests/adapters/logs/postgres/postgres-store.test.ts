// What is shipped to PostgreSQL: there once, whatever was shipped twice, in another order or by others.
import { expect, test } from "bun:test";
import type { Client } from "../../../../src/adapters/logs/postgres/client.ts";
import { hourMs } from "../../../../src/adapters/logs/rows/figures.ts";
import { idAt, noon } from "../../../lab/log-entries.ts";
import { withStore } from "../../../lab/postgres-store.ts";
import { shipment, shippedEnd, shippedStart } from "../../../lab/shipments.ts";

const requests = async (client: Client) =>
  (await client.run<{ count: number }>("select count(*)::int from requests"))[0]?.count;

/** Requests and errors of all hours. */
async function counted(client: Client): Promise<readonly number[]> {
  const rows = await client.run<{ kind: number; amount: number }>(
    `select kind, sum(amount)::int as amount from figures where span = ${hourMs} group by kind`,
  );
  return [0, 1].map((kind) => rows.find((row) => row.kind === kind)?.amount ?? 0);
}

test("a shipment is in once, however often it is shipped", () =>
  withStore(async ({ store, client }) => {
    const first = shipment(1, { ends: [shippedEnd(), shippedEnd({ id: idAt(noon, 1) })] });
    await store.ship([first]);
    await store.ship([first]);
    await store.ship([first, shipment(2, { ends: [shippedEnd({ id: idAt(noon, 2) })] })]);
    expect(await requests(client)).toBe(3);
    expect(await counted(client)).toEqual([3, 0]);
  }));

test("an end takes its call out of those in flight, and no start brings it back", () =>
  withStore(async ({ store, client }) => {
    const inFlight = () => client.run("select id::text from inflight");
    await store.ship([
      shipment(1, { starts: [shippedStart(), shippedStart({ id: idAt(noon, 1) })] }),
    ]);
    expect(await inFlight()).toHaveLength(2);
    await store.ship([shipment(2, { ends: [shippedEnd()] })]);
    expect(await inFlight()).toEqual([{ id: idAt(noon, 1) }] as never);
    await store.ship([shipment(3, { starts: [shippedStart()] })]);
    expect(await inFlight()).toHaveLength(1);
  }));
