// The rules of exchanges with a Responses server, briefly; over-responses.slow.ts takes its time.
import { test } from "bun:test";
import { rules } from "./over-responses-rules.ts";

test.each(rules)("%s", (_, run) => run(50), { timeout: 60_000 });
