// The same rules as over-responses.test.ts, 1,000 times each; SMOLROUTER_BENCH_REAL=1 takes 10,000.
import { test } from "bun:test";
import { sweep } from "../../../lab/sweep.ts";
import { rules } from "./over-responses-rules.ts";

const times = sweep(10_000);
test.each(rules)("%s", (_, run) => run(times), { timeout: 600_000 });
