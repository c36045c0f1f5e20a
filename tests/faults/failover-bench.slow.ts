// The sixteen failover scenarios with clocks ten times faster; SMOLROUTER_BENCH_REAL=1 takes the real seconds.
import { testFailover } from "../lab/failover-suite.ts";

testFailover(process.env["SMOLROUTER_BENCH_REAL"] === "1" ? 1 : 0.1);
