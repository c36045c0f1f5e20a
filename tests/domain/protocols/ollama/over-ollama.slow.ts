// Any answer of Ollama's, 10,000 times each; SMOLROUTER_BENCH_REAL=1 takes 100,000.
import { test } from "bun:test";
import { sweep } from "../../../lab/sweep.ts";
import { rules } from "./over-ollama-rules.ts";

const times = sweep(100_000);
test.each(rules)("%s", (_, run) => run(times));
