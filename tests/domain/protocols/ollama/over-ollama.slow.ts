// Any answer of Ollama's, 2,500 times each; SWEEP=full takes 100,000.
import { test } from "bun:test";
import { sweep } from "../../../lab/sweep.ts";
import { rules } from "./over-ollama-rules.ts";

const times = sweep(100_000);
test.each(rules)("%s", (_, run) => run(times));
