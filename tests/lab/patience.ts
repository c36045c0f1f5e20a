// Loaded before the tests: on a busy machine a test takes as long as it takes. What waits for
// something that never comes still ends.
import { setDefaultTimeout } from "bun:test";

setDefaultTimeout(120_000);
