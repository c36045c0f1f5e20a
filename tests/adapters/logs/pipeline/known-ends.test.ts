// Calls that are over do not look as if they ran, though the disk takes no more of them.
import { expect, test } from "bun:test";
import { nothingRead } from "../../../../src/domain/log/answer-reading.ts";
import { withKnownEnds } from "../../../../src/adapters/logs/pipeline/known-ends.ts";
import {
  captured,
  idAt,
  logEntry,
  logWrite,
  noBodies,
  noon,
  startedEntry,
} from "../../../lab/log-entries.ts";
import { createMemoryLogStore } from "../../../lab/memory-log-store.ts";

const [running, over, written] = [idAt(noon, 1), idAt(noon, 2), idAt(noon, 3)];
const reading = { ...nothingRead, promptTokens: 3 };
const end = logEntry({
  id: over,
  state: "failed",
  statusCode: 502,
  requestSize: 7,
  responseSize: 0,
});

async function setUp() {
  const store = createMemoryLogStore();
  for (const id of [running, over])
    await store.write([{ ...logWrite({ id }, noBodies), entry: startedEntry({ id }) }]);
  await store.write([logWrite({ id: written }, { response: captured("said") })]);
  return withKnownEnds(store, (id) =>
    id === over ? { entry: end, bodies: noBodies, reading } : null,
  );
}
const states = (rows: readonly { readonly id: string; readonly state: string }[]) =>
  Object.fromEntries(rows.map(({ id, state }) => [id, state]));

test("a list shows the end that is not written yet", async () => {
  const reader = await setUp();
  expect(states((await reader.list({ limit: 5 })).logs)).toEqual({
    [running]: "inflight",
    [over]: "failed",
    [written]: "completed",
  });
});

test("a list of those in flight leaves it out", async () => {
  const reader = await setUp();
  expect(states((await reader.list({ limit: 5, state: "inflight" })).logs)).toEqual({
    [running]: "inflight",
  });
});

test("the request itself shows it, and that its bodies are missing", async () => {
  const reader = await setUp();
  expect(await reader.get(over)).toMatchObject({
    state: "failed",
    status_code: 502,
    prompt_tokens: 3,
    request_body: null,
    request_body_truncated: true,
    response_body_truncated: false,
  });
  expect(await reader.get(written)).toMatchObject({ state: "completed", response_body: "said" });
  expect(await reader.get(idAt(noon, 4))).toBeNull();
});
