// The same rules as over-responses.test.ts, 500 times each; SMOLROUTER_BENCH_REAL=1 takes 5,000.
import { test } from "bun:test";
import { sweep } from "../../../lab/sweep.ts";
import { rules } from "./over-responses-rules.ts";

const times = sweep(5_000);
test.each(rules)("%s", (_, run) => run(times), { timeout: 600_000 });
