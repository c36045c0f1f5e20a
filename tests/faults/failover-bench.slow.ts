// The sixteen failover scenarios with clocks ten times faster; SMOLROUTER_BENCH_REAL=1 takes the real seconds.
// Runs alone: its clocks are ten times faster than the machine's.
import { testFailover } from "../lab/failover-suite.ts";

testFailover(process.env["SMOLROUTER_BENCH_REAL"] === "1" ? 1 : 0.1);
