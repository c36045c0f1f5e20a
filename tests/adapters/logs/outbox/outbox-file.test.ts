// Where the outbox lies: never in the way of a log, alone in its file, in memory where no disk is.
import { expect, test } from "bun:test";
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  openOutboxFile,
  type OutboxFile,
} from "../../../../src/adapters/logs/outbox/outbox-file.ts";
import { createOutbox } from "../../../../src/adapters/logs/outbox/outbox.ts";
import { createWritePacker } from "../../../../src/adapters/logs/outbox/pack-writes.ts";
import { unpackShipment } from "../../../../src/adapters/logs/outbox/shipment-codec.ts";
import { closeConnection } from "../../../../src/adapters/logs/sqlite-file/run-sql.ts";
import { captured, logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const open = (path: string) => openOutboxFile(path, noon);
const close = ({ db }: OutboxFile) => {
  closeConnection(db);
};

test("an outbox knows who it is when it is opened again, and has a folder made for it", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "new", "requests.db");
    const first = await open(path);
    expect(first).toMatchObject({ path, movedTo: null, said: [] });
    close(first);
    const again = await open(path);
    expect(again.instance).toBe(first.instance);
    close(again);
  }));

test("a log at DB_PATH is not touched: the outbox lies beside it, and says so", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const log = sqliteLog();
    await log.open(logPlace(path), noon);
    await log.write([logWrite({}, { request: captured("x") })]);
    await log.close();
    const before = readFileSync(path);
    const outbox = await open(path);
    expect(outbox.path).toBe(`${path}-outbox`);
    expect(outbox.said.map(({ message }) => message).join()).toContain(`DB_PATH, ${path}`);
    close(outbox);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect([existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([false, false]);
    const again = await open(path);
    expect([again.path, again.instance]).toEqual([`${path}-outbox`, outbox.instance]);
    close(again);
  }));

test("another process's outbox is left to it: the next one lies beside it, under its own name", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const opener = join(import.meta.dir, "../../../../src/adapters/logs/outbox/outbox-file.ts");
    const script = `const { openOutboxFile } = await import(${JSON.stringify(opener)});
      const { path, instance } = await openOutboxFile(${JSON.stringify(path)}, 0);
      console.log(JSON.stringify({ path, instance }));
      process.stdin.on("end", () => process.exit(0)).resume();`;
    const other = Bun.spawn([process.execPath, "-e", script], { stdin: "pipe", stdout: "pipe" });
    const { value } = await other.stdout.getReader().read();
    const theirs = JSON.parse(new TextDecoder().decode(value)) as {
      path: string;
      instance: string;
    };
    expect(theirs.path).toBe(path);
    const own = await open(path);
    expect(own.path).toBe(`${path}-2`);
    expect(own.said.map(({ message }) => message).join()).toContain(`kept in ${path}-2`);
    expect(own.instance).not.toBe(theirs.instance);
    const packer = createWritePacker({ inlineLimit: 10, now: () => noon });
    const large = logWrite({}, { request: captured("large ".repeat(99)) });
    createOutbox(own.db, 1e9).put((await packer.pack([large], true)).batches, noon);
    other.kill("SIGKILL");
    await other.exited;
    close(own);
    const later = await open(path);
    expect([later.path, later.instance]).toEqual([path, theirs.instance]);
    // Nobody else would send what the second process left.
    const adopted = createOutbox(later.db, 1e9);
    expect(adopted.figures()).toMatchObject({ rows: 1, oldestAt: noon });
    expect(unpackShipment(1, adopted.next(0, 1)[0]!).ends[0]?.row.id).toBe(large.entry.id);
    expect(adopted.objectKeys(5)).toHaveLength(1);
    expect(existsSync(`${path}-2`)).toBe(false);
    close(later);
  }));

test("a copy of an outbox is another router's", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const first = await open(path);
    close(first);
    const copied = join(folder, "copied.db");
    copyFileSync(path, copied);
    renameSync(path, join(folder, "moved.db"));
    for (const other of [copied, join(folder, "moved.db")]) {
      const outbox = await open(other);
      expect(outbox.instance).not.toBe(first.instance);
      close(outbox);
    }
  }));

test("an outbox that cannot be read is moved aside, and one begun", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    close(await open(path));
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100, 4_096);
    writeFileSync(path, bytes);
    const outbox = await open(path);
    expect(outbox.path).toBe(path);
    expect(outbox.movedTo).toStartWith(`${path}.unreadable-`);
    expect(existsSync(outbox.movedTo ?? "")).toBe(true);
    close(outbox);
  }));

test("without a disk that takes it, an outbox is in memory, and says what to put right", () =>
  withTempFolder(async (folder) => {
    writeFileSync(join(folder, "file"), "");
    const outbox = await open(join(folder, "file", "requests.db"));
    expect(outbox.path).toBeNull();
    expect(outbox.said).toMatchObject([{ isTrouble: true }]);
    expect(outbox.said[0]?.message).toContain("set DB_PATH to a file elsewhere");
    close(outbox);
  }));
