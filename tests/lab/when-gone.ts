// What is to be done once this process is gone, however it went: a test's runner ends without a word
// to those who listen for it, and a killed one cannot say any.
import { spawn } from "node:child_process";
import { Socket } from "node:net";

/** @param script for sh; does no harm where all has been seen to before */
export function whenGone(script: string, asUser: readonly string[] = []): void {
  // Our end of its input closes with us.
  const words = [...asUser, "sh", "-c", `read -r _; ${script}`];
  const watcher = spawn(words[0] ?? "sh", words.slice(1), {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
}
