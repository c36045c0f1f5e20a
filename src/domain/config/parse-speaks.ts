// `speaks:` of a server: the APIs it speaks, as a list, or one by one as a mapping.
import type { Server, Speech, SpeechWay } from "../routing/types.ts";
import type { ConfigNode } from "./config-node.ts";
import type { NodeReader } from "./reader.ts";

const speeches: readonly Speech[] = ["chat", "responses", "messages"];

/**
 * A list names all that the server speaks; a mapping says of each it names whether it is spoken, and
 * where, and leaves the others to the server's type.
 * @param what for problems
 */
export function parseSpeaks(reader: NodeReader, node: ConfigNode, what: string): Server["speaks"] {
  const ways = new Map<Speech, SpeechWay>();
  if (node.kind === "map") {
    for (const { key, value } of reader.entries(node, what, speeches)?.values() ?? []) {
      const way = parseWay(reader, value, `${key} in ${what}`);
      if (way !== null) ways.set(key as Speech, way);
    }
    return ways;
  }
  for (const speech of speeches) ways.set(speech, "translate");
  for (const item of reader.oneOrMore(node, what)) {
    const speech = reader.oneOf<Speech>(item, what, speeches);
    if (speech !== null) ways.set(speech, "native");
  }
  return ways;
}

function parseWay(reader: NodeReader, node: ConfigNode, what: string): SpeechWay | null {
  const text = reader.text(node, what);
  if (text === null) return null;
  if (text.text === "native" || text.text === "translate") return text.text;
  if (/^\/[^\s?#]*[^\s?#/]$/.test(text.text)) return { path: text.text };
  reader.tell(text.at, `${what}: must be native, translate, or a path such as /v1/messages`);
  return null;
}
