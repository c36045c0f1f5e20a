// The sixteen failover scenarios with clocks fifty times faster.
import { testFailover } from "../lab/failover-suite.ts";

testFailover(0.02);
