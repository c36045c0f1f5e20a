// A process that writes calls into a shared log until it is killed, and prints the id of each that is kept.
import { createPostgresEngine } from "../../src/adapters/logs/postgres/postgres-engine.ts";
import { captured, idAt, logWrite, noon } from "./log-entries.ts";
import { sharedPlace } from "./shared-log.ts";

const [, , path = "", url = ""] = process.argv;
const engine = createPostgresEngine({ openObjects: () => null, openWaitMs: 100 });
await engine.open(sharedPlace(path, url), noon);
for (let number = Number(process.env["FROM"]); ; number += 5) {
  const calls = [0, 1, 2, 3, 4].map((at) => idAt(noon, number + at));
  await engine.write(
    calls.map((id, at) =>
      logWrite(
        { id, state: at === 0 ? "failed" : "completed" },
        { request: captured(`{"messages":[{"content":"call ${id} ${"word ".repeat(at * 50)}"}]}`) },
        { promptTokens: 3 },
      ),
    ),
  );
  process.stdout.write(`${calls.join("\n")}\n`);
  await new Promise(setImmediate);
}
