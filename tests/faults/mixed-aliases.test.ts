// Mixed aliases before all clients, through the fault table; each row with one order of instances a client.
import { expect, test } from "bun:test";
import { isStall, orders, sweepMixed } from "./mixed-aliases.ts";

test("an instance of another protocol takes over before content, and after it the client hears so in its own words", async () => {
  const complaints = await sweepMixed((row, client) => {
    const order = orders[(row * 5 + client) % orders.length];
    // Silences in a row take their time.
    const failing = isStall(row) ? 1 : 1 + ((row + client) % 4);
    return order === undefined ? [] : [[order, failing]];
  });
  expect(complaints).toEqual([]);
});
