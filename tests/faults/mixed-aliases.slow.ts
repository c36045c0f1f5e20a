// Mixed aliases through the whole fault table: every order of the instances with every fault, before two
// of the clients each; SWEEP=full takes all four.
import { expect, test } from "bun:test";
import { isWhole } from "../lab/sweep.ts";
import { isStall, orders, sweepMixed } from "./mixed-aliases.ts";

test("in every order, with one, two, three or all of the instances failing", async () => {
  const complaints = await sweepMixed((row, client) =>
    orders.flatMap((order, at) =>
      isWhole || (row + client + at) % 2 === 0
        ? [[order, isStall(row) ? 1 + (at % 2) : 1 + ((row + at) % 4)] as const]
        : [],
    ),
  );
  expect(complaints.slice(0, 20)).toEqual([]);
});
