// There and back, 20,000 times each; SMOLROUTER_BENCH_REAL=1 takes 100,000.
import { test } from "bun:test";
import { rules } from "./round-trip.ts";

const times = process.env["SMOLROUTER_BENCH_REAL"] === "1" ? 100_000 : 20_000;
test.each(rules)("%s", (_, run) => run(times), { timeout: 300_000 });
