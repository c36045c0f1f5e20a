// A search in the language of the index over words, and what the index cannot say: that words stand
// next to each other.
import type { SoughtWords } from "../../../domain/log/words-of.ts";
import type { Condition } from "./call-conditions.ts";
import { searchVector } from "./tables.ts";

/** Words are letters and digits alone: none means anything to `tsquery` or `like`. */
function query(sought: readonly SoughtWords[]): string {
  const terms = sought.flatMap(({ words, open }) =>
    words.map((word, at) => `'${word}'${open && at === words.length - 1 ? ":*" : ""}`),
  );
  return [...new Set(terms)].join(" & ");
}

function pattern({ words, open }: SoughtWords): string {
  return `% ${words.join(" ")}${open ? "" : " "}%`;
}

/** Read off the index, on the table `search`. */
export function indexedSearch(sought: readonly SoughtWords[]): readonly Condition[] {
  return [
    (values) => `${searchVector} @@ ${values.add(query(sought), "tsquery")}`,
    ...textSearch(sought.filter(({ words }) => words.length > 1)),
  ];
}

/** The same without the index, looked up in the text of each row. */
export function textSearch(sought: readonly SoughtWords[]): readonly Condition[] {
  return sought.map((part) => (values) => `s.words like ${values.add(pattern(part), "text")}`);
}

/**
 * The ids that begin so, from the first to the last, both included.
 * @returns null where none does
 */
export function idsThatBegin(start: string): { readonly from: string; readonly to: string } | null {
  const form = "00000000-0000-0000-0000-000000000000";
  if (start.replaceAll(/[\da-f]/g, "0") !== form.slice(0, start.length)) return null;
  const rest = form.slice(start.length);
  return { from: start + rest, to: start + rest.replaceAll("0", "f") };
}
