// The same rules as over-messages.test.ts, 2,500 times each; SWEEP=full takes 100,000.
import { test } from "bun:test";
import { sweep } from "../../../lab/sweep.ts";
import { rules } from "./over-messages-rules.ts";

const times = sweep(100_000);
test.each(rules)("%s", (_, run) => run(times), { timeout: 600_000 });
