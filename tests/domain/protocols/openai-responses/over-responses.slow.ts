// The same rules as over-responses.test.ts, 500 times each; SWEEP=full takes 20,000.
import { test } from "bun:test";
import { sweep } from "../../../lab/sweep.ts";
import { rules } from "./over-responses-rules.ts";

const times = sweep(20_000);
test.each(rules)("%s", (_, run) => run(times), { timeout: 600_000 });
