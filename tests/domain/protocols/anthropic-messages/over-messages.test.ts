// The rules of exchanges with a Messages server, briefly; over-messages.slow.ts takes its time.
import { test } from "bun:test";
import { rules } from "./over-messages-rules.ts";

test.each(rules)("%s", (_, run) => run(100), { timeout: 60_000 });
