// Private CAs as their files say now: kept in memory, looked at again beside the requests, since CAs get renewed.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

export interface Certificates {
  /**
   * The file's text as last read; only the first call for a path waits for the disk.
   * @throws the system's error where a file was never readable
   */
  of(path: string): string;
  /** Reads the file again; whether it says something else than before. Never rejects. */
  renewed(path: string): Promise<boolean>;
}

interface Known {
  text: string;
  readAt: number;
}

/** ms after which the next use of a file has it looked at again. */
const freshMs = 30_000;

/** @param elapsed ms on a clock that never goes back */
export function createCertificates(elapsed: () => number): Certificates {
  const files = new Map<string, Known>();

  async function renewed(path: string): Promise<boolean> {
    const before = files.get(path);
    if (before !== undefined) before.readAt = elapsed();
    // A file that is just being replaced says nothing: what it said before stays in force.
    const text = await readFile(path, "utf8").catch(() => "");
    if (text === "" || text === before?.text) return false;
    files.set(path, { text, readAt: elapsed() });
    return true;
  }

  return {
    renewed,
    of(path) {
      const known = files.get(path);
      if (known === undefined) {
        const text = readFileSync(path, "utf8");
        files.set(path, { text, readAt: elapsed() });
        return text;
      }
      if (elapsed() - known.readAt >= freshMs) renewed(path).catch(() => undefined);
      return known.text;
    },
  };
}
