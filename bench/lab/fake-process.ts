// A fake model server in a process of its own, so that its work is not counted as the router's.
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";

const fake = await startFakeModel({ name: "fake", models: ["m"], keepRequests: false });
process.stdout.write(`${fake.url}\n`);
