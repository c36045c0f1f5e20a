// docs/ollama.md's table of request fields, from the code's own.
import { join } from "node:path";
import type { DocumentedField } from "./documented-field.ts";
import { requestFields } from "./request-fields.ts";

export const ollamaPage = join(import.meta.dir, "../../../../docs/ollama.md");

const markers = /(<!-- fields[^>]*-->\n)[\s\S]*?(<!-- \/fields -->)/;

/** The page with its part between the markers made anew. */
export function withFields(page: string): string {
  if (!markers.test(page)) throw new Error("docs/ollama.md has lost its markers");
  const table = [
    "| Ollama's field | on `/api/` | becomes | OpenAI's field | |",
    "| --- | --- | --- | --- | --- |",
    ...requestFields.toSorted((a, b) => rank(a) - rank(b)).map(row),
  ].join("\n");
  return page.replace(markers, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
}

/** A request's own fields, then those of messages, then options. */
function rank({ name }: DocumentedField): number {
  return ["messages", "options"].indexOf(name.split(".", 1)[0] ?? "");
}

function row(field: DocumentedField): string {
  const to = field.to.map((target) => `\`${target}\``).join(", ");
  const fate = field.extra ? `${field.fate}, extra` : field.fate;
  return `| \`${field.name}\` | ${field.on.join(", ")} | ${fate} | ${to} | ${field.note} |`;
}

if (import.meta.main) {
  const page = Bun.file(ollamaPage);
  await Bun.write(page, withFields(await page.text()));
}
