// There and back, 100,000 times each.
import { test } from "bun:test";
import { rules } from "./round-trip.ts";

test.each(rules)("%s", (_, run) => run(100_000), { timeout: 300_000 });
