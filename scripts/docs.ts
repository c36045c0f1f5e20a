// Writes the generated parts of docs/, between their markers, from the tables that the code reads.
import { join } from "node:path";
import { variableRows } from "../src/adapters/config/variables.ts";

export const configurationPage = join(import.meta.dir, "../docs/configuration.md");

const begin = "<!-- variables: written by `bun scripts/docs.ts` -->";
const end = "<!-- /variables -->";

/** The page with its table of variables as it should be; throws where the markers are gone. */
export function withVariables(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error("docs/configuration.md has lost its markers");
  return `${page.slice(0, from)}${begin}\n\n${variableTable()}\n\n${page.slice(to)}`;
}

function variableTable(): string {
  const rows = variableRows().map(({ name, default: value, meaning }) => {
    const cell = meaning.replaceAll("|", "\\|");
    return `| \`${name}\` | ${value === null ? "unset" : `\`${value}\``} | ${cell} |`;
  });
  return ["| variable | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

if (import.meta.main) {
  const page = Bun.file(configurationPage);
  await Bun.write(page, withVariables(await page.text()));
}
