// The log's row of a call that still runs: who is asked now, what failed before, and whether anything has come.
import { expect, test } from "bun:test";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { startFieldLab } from "../lab/field-lab.ts";
import { until } from "../lab/live-view.ts";
import { done, finish, says, saysWhole, text } from "../lab/sayings.ts";

test("a row in flight names the server that is asked now, and is renewed at its first token", async () => {
  const lab = await startFieldLab();
  try {
    const row = async () => (await lab.router.rows())[0];
    const [head, rest] = [createGate(), createGate()];
    lab.one.script([saysWhole({ error: { message: "busy" } }, { status: 503 })]);
    lab.two.script([says({}, { gate: head }, text("first"), { gate: rest }, finish(), done)]);
    const asked = lab.ask("both");
    await head.reached;
    await until(async () => (await row())?.upstream === "two");
    expect(await row()).toMatchObject({
      state: "inflight",
      mapped_model: "m",
      upstream_url: lab.two.url,
      attempts: [{ upstream: "one", reason: "status", status: 503 }],
      ttft_ms: null,
    });
    head.open();
    await rest.reached;
    await until(async () => typeof (await row())?.ttft_ms === "number");
    expect(await row()).toMatchObject({ state: "inflight", upstream: "two" });
    rest.open();
    expect(await (await asked).row()).toMatchObject({
      state: "completed",
      attempts: [{ upstream: "one" }, { upstream: "two", reason: "served" }],
    });
    expect(await lab.router.rows()).toHaveLength(1);
  } finally {
    await lab.stop();
  }
});
