// The figures are what prom-client, which everyone's dashboards were made with, says of the same calls.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Counter, Histogram, Registry } from "prom-client";
import {
  askedFor,
  createCounter,
  createHistogram,
} from "../../../src/adapters/metrics/exposition.ts";

const label = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom("m", "a\\b", 'say "hi"', "two\nlines", ""),
);
const lines = (text: string) => text.split("\n").filter((line) => line !== "");

describe("figures as text", () => {
  test("a counter's series are those of prom-client", async () => {
    const adding = fc.array(fc.tuple(label, label, fc.double({ min: 0, max: 1e9, noNaN: true })));
    await fc.assert(
      fc.asyncProperty(adding, async (all) => {
        const registry = new Registry();
        const theirs = new Counter({
          name: "calls_total",
          help: "Calls,\\ all\nof them",
          labelNames: ["model", "upstream"],
          registers: [registry],
        });
        const ours = createCounter("calls_total", "Calls,\\ all\nof them", ["model", "upstream"]);
        for (const [model, upstream, by] of all) {
          theirs.inc({ model, upstream }, by);
          ours.add(by, model, upstream);
        }
        expect(lines(ours.text())).toEqual(lines(await registry.metrics()));
      }),
    );
  });

  test("a histogram's buckets, sum and count are those of prom-client", async () => {
    const bounds = [0.1, 1, 5];
    const observing = fc.array(fc.tuple(label, fc.constantFrom(0, 0.05, 0.1, 0.7, 1, 4, 5, 6, 80)));
    await fc.assert(
      fc.asyncProperty(observing, async (all) => {
        const registry = new Registry();
        const theirs = new Histogram({
          name: "seconds",
          help: "Time",
          labelNames: ["upstream"],
          buckets: bounds,
          registers: [registry],
        });
        const ours = createHistogram("seconds", "Time", ["upstream"], bounds);
        for (const [upstream, value] of all) {
          theirs.observe({ upstream }, value);
          ours.observe(value, upstream);
        }
        expect(lines(ours.text()).toSorted()).toEqual(
          lines(await registry.metrics())
            // The label of the bucket's bound goes first there, and last here; the format has no order.
            .map((line) => line.replace(/\{le="([^"]*)",(.*)\}/s, '{$2,le="$1"}'))
            .toSorted(),
        );
      }),
    );
  });

  test("what is asked for when the text is made is of that moment", () => {
    let value = 1;
    const gauge = askedFor("gauge", "now", "What is now", null, () => ({ "": value }));
    value = 2;
    expect(gauge.text()).toBe("# HELP now What is now\n# TYPE now gauge\nnow 2\n");
  });
});
