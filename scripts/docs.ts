// Writes the generated parts of docs/, between their markers, from the tables that the code reads.
import { join } from "node:path";
import { variableRows } from "../src/adapters/config/variables.ts";
import { commandNames, commandTable } from "../src/app/cli/help.ts";
import {
  aliasKeys,
  budgetKeys,
  handlingKeys,
  instanceKeys,
  type KeyNote,
  matchKeys,
  priceKeys,
  routeKeys,
  serverKeys,
} from "../src/domain/config/routes-keys.ts";
import {
  chatFieldTable,
  messagesFieldTable,
  ollamaFieldTable,
  responsesFieldTable,
} from "../tests/domain/protocols/fields/field-tables.ts";
import {
  keptHeaders,
  problemTable,
  readHeaderTable,
  sentHeaderTable,
  setHeaderTable,
  upstreamErrorTable,
  upstreamHeaderTable,
} from "./docs-reference.ts";
import { operationTable, queryTable, schemaSections } from "./docs-schemas.ts";

const docs = join(import.meta.dir, "../docs");

/** Each page with generated parts, and these parts by the names of their markers. */
const pages: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  "configuration.md": {
    variables: variableTable,
    "server-keys": () => keyTable(serverKeys),
    "alias-keys": () => keyTable(aliasKeys),
    "instance-keys": () => keyTable(instanceKeys),
    "match-keys": () => keyTable(matchKeys),
    "route-keys": () => keyTable(routeKeys),
    "handling-keys": () => keyTable(handlingKeys),
    "price-keys": () => keyTable(priceKeys),
    "budget-keys": () => keyTable(budgetKeys),
  },
  "commands.md": { commands: commandSections },
  "api.md": {
    operations: operationTable,
    "logs-query": () => queryTable("/api/logs"),
    "threads-query": () => queryTable("/api/threads"),
    "performance-query": () => queryTable("/api/performance"),
    schemas: schemaSections,
  },
  "reference.md": {
    problems: problemTable,
    "upstream-errors": upstreamErrorTable,
    "read-headers": readHeaderTable,
    "set-headers": setHeaderTable,
    "sent-headers": sentHeaderTable,
    "upstream-headers": upstreamHeaderTable,
    "kept-headers": keptHeaders,
  },
  "protocols.md": {
    "messages-fields": messagesFieldTable,
    "responses-fields": responsesFieldTable,
    "chat-fields": chatFieldTable,
    "ollama-fields": ollamaFieldTable,
  },
};

export const generatedPages: readonly string[] = Object.keys(pages).map((name) => join(docs, name));

/**
 * The page with its generated parts as they should be.
 * @param path one of `generatedPages`
 * @throws where a marker is gone
 */
export function withGenerated(path: string, page: string): string {
  const name = path.slice(docs.length + 1);
  let text = page;
  for (const [part, write] of Object.entries(pages[name] ?? {})) {
    const begin = `<!-- ${part}: written by \`bun scripts/docs.ts\` -->`;
    const from = text.indexOf(begin);
    const to = text.indexOf(`<!-- /${part} -->`);
    if (from === -1 || to < from) throw new Error(`docs/${name} has lost its markers of ${part}`);
    text = `${text.slice(0, from)}${begin}\n\n${write()}\n\n${text.slice(to)}`;
  }
  return text;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function variableTable(): string {
  const rows = variableRows().map(({ name, default: value, meaning }) => [
    `\`${name}\``,
    value === null ? "unset" : `\`${value}\``,
    meaning,
  ]);
  return table(["variable", "default", "meaning"], rows);
}

function keyTable(keys: Readonly<Record<string, KeyNote>>): string {
  const notes = Object.entries(keys);
  const withDefault = notes.some(([, note]) => note.default !== null);
  return table(
    withDefault ? ["key", "takes", "default", "meaning"] : ["key", "takes", "meaning"],
    notes.map(([key, note]) => [
      `\`${key}\``,
      note.takes,
      ...(withDefault ? [note.default ?? ""] : []),
      note.meaning,
    ]),
  );
}

function commandSections(): string {
  const sections = commandNames.map((name) => {
    const { usage, summary, flags, examples = [] } = commandTable[name];
    const sentence = `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
    return [
      `### ${name}`,
      "",
      `\`${usage}\``,
      "",
      sentence,
      "",
      table(
        ["flag", "meaning"],
        flags.map(({ flag, meaning }) => [`\`${flag}\``, meaning]),
      ),
      ...(examples.length === 0 ? [] : ["", "```sh", ...examples, "```"]),
    ].join("\n");
  });
  return sections.join("\n\n");
}

if (import.meta.main)
  for (const path of generatedPages) {
    const page = Bun.file(path);
    await Bun.write(path, withGenerated(path, await page.text()));
  }
