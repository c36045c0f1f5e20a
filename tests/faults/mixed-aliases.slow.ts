// Mixed aliases through the whole fault table: every order of the instances before every client.
import { expect, test } from "bun:test";
import { isStall, orders, sweepMixed } from "./mixed-aliases.ts";

test("in every order, with one, two, three or all of the instances failing", async () => {
  const complaints = await sweepMixed((row) =>
    orders.map((order, at) => [order, isStall(row) ? 1 + (at % 2) : 1 + ((row + at) % 4)]),
  );
  expect(complaints.slice(0, 20)).toEqual([]);
});
