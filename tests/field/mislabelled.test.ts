// Answers whose Content-Encoding does not hold, or that nobody asked to encode: never blamed on the connection.
import { describe, expect, test } from "bun:test";
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { useFieldLab, textOf } from "../lab/field-lab.ts";
import { upstreamState } from "../lab/live-view.ts";
import { completion, done, finish, says, text } from "../lab/sayings.ts";

const lab = useFieldLab();

describe("an upstream's answer", () => {
  const whole = JSON.stringify(completion({ content: "Fine." }));

  test.each([
    ["plain under Content-Encoding: gzip", "gzip", whole],
    ["raw deflate, as some servers write it", "deflate", deflateRawSync(whole)],
    ["deflate with its header", "deflate", deflateSync(whole)],
    ["zstd", "zstd", zstdCompressSync(whole)],
    ["br", "br", brotliCompressSync(whole)],
  ])(
    "%s is read, or blamed on the label and never on the connection",
    async (_name, coding, bytes) => {
      for (let turn = 0; turn < 3; turn++) {
        lab.one.script([
          says({ type: "application/json", headers: { "content-encoding": coding } }, bytes),
        ]);
        const answer = await lab.ask("one/m", { stream: false });
        const row = await answer.row();
        if (answer.status === 200) {
          expect(answer.text).toBe(whole);
          expect(answer.headers.has("content-encoding")).toBe(false);
        } else {
          expect(row.attempts[0]?.error?.toLowerCase()).toContain("encod");
          expect(row.attempts[0]?.error).not.toContain("connection");
        }
      }
      expect((await upstreamState(lab.router.url, "one")).state).not.toBe("resting");
    },
  );

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["zstd", zstdCompressSync],
  ] as const)("a stream in %s that nobody asked for is decoded", async (coding, pack) => {
    lab.one.script([
      says(
        { headers: { "content-encoding": coding } },
        pack([text("Fine."), finish(), done].join("")),
      ),
    ]);
    const answer = await lab.ask("both");
    expect(answer.upstream).toBe("one");
    expect(textOf(answer.text)).toBe("Fine.");
    expect(answer.headers.has("content-encoding")).toBe(false);
  });
});
