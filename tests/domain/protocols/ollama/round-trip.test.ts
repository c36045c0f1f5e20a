// There and back, briefly; round-trip.slow.ts takes its time.
import { test } from "bun:test";
import { rules } from "./round-trip.ts";

test.each(rules)("%s", (_, run) => run(400), { timeout: 60_000 });
