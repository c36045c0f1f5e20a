// The same rules as open-responses.test.ts, 250 times each; SWEEP=full takes 10,000.
import { describe, test } from "bun:test";
import { sweep } from "../../../lab/sweep.ts";
import { rules, servers } from "./over-any-server.ts";

const times = sweep(10_000);
describe.each(servers)("over %s", (server) => {
  test.each(rules)("%s", (_, run) => run(server, times), { timeout: 600_000 });
});
