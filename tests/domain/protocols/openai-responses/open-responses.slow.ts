// The same rules as open-responses.test.ts, 500 times each; SMOLROUTER_BENCH_REAL=1 takes 5,000.
import { describe, test } from "bun:test";
import { sweep } from "../../../lab/sweep.ts";
import { rules, servers } from "./over-any-server.ts";

const times = sweep(5_000);
describe.each(servers)("over %s", (server) => {
  test.each(rules)("%s", (_, run) => run(server, times), { timeout: 600_000 });
});
