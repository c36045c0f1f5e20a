// The little of XML that S3's answers need: texts of elements, and nothing nested.

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Texts of all elements of a name, in order. */
export function xmlTexts(document: string, element: string): readonly string[] {
  const found = document.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"));
  return Array.from(found, ([, text = ""]) => decoded(text));
}

function decoded(text: string): string {
  return text.replace(
    /&(#x?)?([0-9a-z]+);/gi,
    (whole, number: string | undefined, name: string) => {
      if (number === undefined) return entities[name] ?? whole;
      const code = Number.parseInt(name, number === "#" ? 10 : 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** For the text of an element. */
export function xmlEscaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
