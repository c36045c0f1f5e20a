// A process that watches who holds the write lock of an SQLite database in WAL mode, without ever
// taking it: asks the kernel for the lock on its byte of the shared-memory file (sqlite.org/walformat.html
// §2.2.2, WAL_WRITE_LOCK). Linux on 64 bits. Tells on stdout, as one line, once its stdin ends.
import { openSync } from "node:fs";
import { dlopen, ptr } from "bun:ffi";

export interface LockFigures {
  /** ms; a lock let go and taken again between two looks counts as held. */
  readonly longest: number;
  /** Share of the time, 0 to 1. */
  readonly held: number;
  readonly looks: number;
  /** ms between two looks at most: what the longest may be too long or too short by. */
  readonly longestGap: number;
}

const F_GETLK = 5;
const F_RDLCK = 0;
const F_UNLCK = 2;
const writeLockByte = 120n;
const betweenLooksUs = 250;

const { symbols: libc } = dlopen("libc.so.6", {
  fcntl: { args: ["i32", "i32", "ptr"], returns: "i32" },
  usleep: { args: ["u32"], returns: "i32" },
});
// struct flock: l_type, l_whence (16 bits each), l_start, l_len (64 bits), l_pid
const flock = new DataView(new ArrayBuffer(32));
const shm = openSync(`${process.argv[2] ?? ""}-shm`, "r");

function isHeld(): boolean {
  flock.setInt16(0, F_RDLCK, true);
  flock.setInt16(2, 0, true);
  flock.setBigInt64(8, writeLockByte, true);
  flock.setBigInt64(16, 1n, true);
  if (libc.fcntl(shm, F_GETLK, ptr(flock)) !== 0) throw new Error("the lock cannot be asked for");
  return flock.getInt16(0, true) !== F_UNLCK;
}

let over = false;
process.stdin.once("end", () => (over = true)).resume();
const startedAt = performance.now();
let [longest, longestGap, heldMs, looks] = [0, 0, 0, 0];
let heldSince: number | null = null;
let before = startedAt;
while (!over) {
  for (let look = 0; look < 100; look++) {
    const held = isHeld();
    const now = performance.now();
    looks++;
    longestGap = Math.max(longestGap, now - before);
    if (held) {
      if (heldSince === null) heldSince = now;
      else heldMs += now - before;
      longest = Math.max(longest, now - heldSince);
    } else heldSince = null;
    before = now;
    libc.usleep(betweenLooksUs);
  }
  await Bun.sleep(0); // lets the end of stdin through
}
const figures: LockFigures = {
  longest,
  held: heldMs / (performance.now() - startedAt),
  looks,
  longestGap,
};
console.log(JSON.stringify(figures));
