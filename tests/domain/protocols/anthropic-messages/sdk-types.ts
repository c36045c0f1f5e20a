// The fields and types of Anthropic's requests, as the types of its SDK have them: a test fails when they grow.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const file = import.meta
  .resolve("@anthropic-ai/sdk/resources/messages/messages")
  .replace(/\.m?js$/, ".d.ts");
const source = readFileSync(fileURLToPath(file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");

/** The members of an interface. */
export function keysOf(name: string): readonly string[] {
  return [...bodyOf(name).matchAll(/^ {4}(\w+)\??:/gm)].map(([, key = ""]) => key);
}

/** The `type` of each interface in a union; null where it has none, or may do without. */
export function typesIn(union: string): readonly (string | null)[] {
  const members = new RegExp(`^export type ${union} = (.+);`, "m").exec(source)?.[1];
  if (members === undefined) throw new Error(`the SDK has no ${union}`);
  return members.split(" | ").map((name) => /^ {4}type: '(\w+)'/m.exec(bodyOf(name))?.[1] ?? null);
}

function bodyOf(name: string): string {
  const found = new RegExp(
    `^export interface ${name}(?: extends \\w+)? \\{\n([\\s\\S]*?)\n\\}`,
    "m",
  );
  const body = found.exec(source)?.[1];
  if (body === undefined) throw new Error(`the SDK has no ${name}`);
  return body;
}
