// The program as tests start it: the binary where the test command has built it, as that starts in less
// than half the processor time, and from source where a suite is run by itself.
import { resolve } from "node:path";

const built = process.env["SMOLROUTER_PROGRAM"];
const source = resolve(import.meta.dir, "../../src/app/main.ts");

/** The binary that `scripts/test.ts` has built; null: none is. */
export const builtProgram: string | null = built === undefined || built === "" ? null : built;

/** The command that starts the program; its arguments come behind. */
export const programCommand: readonly string[] =
  builtProgram === null ? programFromSource() : [builtProgram];

/** @param preload a file that runs before the program, which only source can have */
export function programFromSource(preload?: string): readonly string[] {
  return [process.execPath, ...(preload === undefined ? [] : ["--preload", preload]), source];
}
