// A thousand crashes: the files as they lie after each write, opened as the next start finds them, have every
// answer of before. (The real program is killed in kill-nine.slow.ts.)
import { expect, test } from "bun:test";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { OwnedAnswer } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { createSqliteEngine } from "../../../../src/adapters/logs/sqlite/sqlite-engine.ts";
import { createMemoryBlobs } from "../../../../src/adapters/blobs/memory-blobs.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace } from "../../../lab/log-place.ts";
import { createRandom } from "../../../lab/random.ts";
import { withFolderInMemory } from "../../../lab/temp-folder.ts";

const crashes = 1_000;

test("a thousand crashes and restarts lose no answer", () =>
  withFolderInMemory(async (folder) => {
    const random = createRandom(1_000);
    const copy = join(folder, "copy.db");
    let path = join(folder, "0.db");
    let engine = createSqliteEngine(() => createMemoryBlobs());
    await engine.open(logPlace(path), noon);
    const said = new Map<string, readonly string[]>();
    for (let at = 1; at <= crashes; at++) {
      const [, before] = said.size > 0 && random.chance(0.9) ? random.pick([...said]) : ["", []];
      const texts = [...before, `asked ${at} ${"x".repeat(random.int(0, 600))}`, `said ${at}`];
      const id = `r${at}`;
      await engine.write([
        { ...logWrite({ id: idAt(at), timestamp: noon + at }), answer: answerOf(id, texts) },
      ]);
      said.set(id, texts);
      // As a kill leaves them: nothing is closed, nothing is put in order.
      for (const suffix of ["", "-wal"])
        if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
      const next = createSqliteEngine(() => createMemoryBlobs());
      await next.open(logPlace(copy), noon + at);
      const answers = await next.answers(logPlace(copy));
      const sought = [id, random.pick([...said.keys()]), random.pick([...said.keys()])];
      for (const one of sought) {
        const found = await answers.find("o", one);
        const items = [...(found?.input ?? []), ...(found?.output ?? [])];
        expect(items.map(({ text }) => JSON.parse(text))).toEqual([...(said.get(one) ?? [])]);
      }
      await next.close();
      for (const suffix of ["", "-wal", "-shm"]) rmSync(copy + suffix, { force: true });
      // Now and then a proper restart, and a file that is small again.
      if (at % 25 !== 0) continue;
      await engine.close();
      if (at % 100 === 0) {
        path = join(folder, `${at}.db`);
        said.clear();
      }
      engine = createSqliteEngine(() => createMemoryBlobs());
      await engine.open(logPlace(path), noon + at);
    }
    await engine.close();
  }));

function answerOf(id: string, texts: readonly string[]): OwnedAnswer {
  const items = texts.map((text) => ({ id: `item ${text}`, text: JSON.stringify(text) }));
  const [input, output] = [items.slice(0, -1), items.slice(-1)];
  const rest = { owner: "o", upstream: null, isStored: false };
  return { ...rest, id, head: `{"id":"${id}","output":[]}`, input, output };
}
