// Which program a User-Agent names, for people who want to know who asks.

/** Characters of a name that are kept. */
const longestName = 200;
/** Headers of late, by their text: a few programs send the same one all day. */
const knownAgents = new Map<string, string | null>();
const maxAgents = 256;
/** Longer ones are read anew each time, so that hostile ones do not fill the memory. */
const longestKnown = 1_024;

/** Browsers as their User-Agent hides them behind others' names: the first that is found is meant. */
const browsers: readonly (readonly [token: RegExp, name: string])[] = [
  [/\b(?:Edg|EdgA|EdgiOS)\/([\w.]+)/, "Edge"],
  [/\bOPR\/([\w.]+)/, "Opera"],
  [/\b(?:Firefox|FxiOS)\/([\w.]+)/, "Firefox"],
  [/\b(?:Chrome|CriOS)\/([\w.]+)/, "Chrome"],
  [/\bVersion\/([\w.]+) (?:Mobile\/\w+ )?Safari\//, "Safari"],
];

/**
 * @param userAgent as the client sent it; null: it sent none
 * @returns `name/version`, or `name` where no version is said, at most 200 characters; null: it names no program
 */
export function clientName(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const known = knownAgents.get(userAgent);
  if (known !== undefined) return known;
  const name = readName(userAgent.slice(0, longestKnown));
  if (userAgent.length <= longestKnown) {
    if (knownAgents.size >= maxAgents) knownAgents.clear();
    knownAgents.set(userAgent, name);
  }
  return name;
}

function readName(userAgent: string): string | null {
  const text = userAgent.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  if (text.startsWith("Mozilla/")) return bounded(browserIn(text) ?? text.split(" ", 1)[0] ?? text);
  const [lead = ""] = text.split(/[(;,]/, 1);
  const words = lead.trim().split(" ");
  // `OpenAI/Python 1.99`: the language stands where the version belongs.
  const [first = "", second = ""] = words;
  if (/^\w+\/[A-Za-z][\w-]*$/.test(first) && /^v?\d/.test(second))
    return bounded(`${first.slice(0, first.indexOf("/"))}/${second}`);
  const versioned = words.findIndex((word) => /.\/./.test(word));
  const named = versioned < 0 ? words : words.slice(0, versioned + 1);
  return bounded(named.join(" "));
}

function browserIn(text: string): string | null {
  for (const [token, name] of browsers) {
    const version = token.exec(text)?.[1];
    if (version !== undefined) return `${name}/${version}`;
  }
  return null;
}

function bounded(name: string): string | null {
  const cut = name.slice(0, longestName).toWellFormed().trim();
  return cut === "" ? null : cut;
}
