// What cleaning makes of a whole text, slow and plain, to hold the incremental cleaners against.
import type { CleanPolicy, CleanText } from "../../../src/domain/cleaning/clean-text.ts";

const tags = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<reasoning>", "</reasoning>"],
  ["[think]", "[/think]"],
  ["[THINK]", "[/THINK]"],
] as const;

const space = "[ \\t\\n\\v\\f\\r]";
const trim = (text: string) =>
  text.replace(new RegExp(`^${space}+`), "").replace(new RegExp(`${space}+$`), "");

export function referenceClean(policy: CleanPolicy, text: string, reasoning = ""): CleanText {
  const { content, blocks } = thinking(policy, text);
  const moved = policy.stripThinking === "move" ? blocks.map(trim).filter((b) => b !== "") : [];
  const before = reasoning !== "" && moved.length > 0 ? "\n\n" : "";
  return {
    content: policy.stripJsonMarkdown ? unwrapped(content) : content,
    moved: before + moved.join("\n\n"),
  };
}

function thinking(policy: CleanPolicy, text: string): { content: string; blocks: string[] } {
  if (policy.stripThinking === "keep") return { content: text, blocks: [] };
  const blocks: string[] = [];
  let rest = text;
  let content = "";
  let removed = false;
  if (policy.thinkingPrefilled) {
    const ends = tags
      .map(([, close]) => ({ close, at: text.indexOf(close) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at);
    const first = ends[0];
    if (first === undefined) return { content: text, blocks };
    const block = text.slice(0, first.at);
    blocks.push(
      block.replace(/^[ \t\n\v\f\r]*(?:<(?:think|thinking|reasoning)>|\[(?:think|THINK)\])/, ""),
    );
    rest = text.slice(first.at + first.close.length);
    removed = true;
  }
  while (rest !== "") {
    const opens = trim(content) === "";
    const tag = tags.find(([open]) => rest.startsWith(open));
    if (tag !== undefined && !content.endsWith("`") && !inFence(content)) {
      if (opens) content = "";
      const end = rest.indexOf(tag[1]);
      blocks.push(rest.slice(tag[0].length, end < 0 ? undefined : end));
      rest = end < 0 ? "" : rest.slice(end + tag[1].length);
      if (opens) removed = true;
      continue;
    }
    if (opens && removed && trim(rest.charAt(0)) === "") rest = rest.slice(1);
    else {
      content += rest.charAt(0);
      rest = rest.slice(1);
    }
  }
  return { content, blocks };
}

/** Whether what follows this text is inside a fenced block, or on the line that opens one. */
function inFence(text: string): boolean {
  let fence = "";
  let indent = 0;
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const columns = (blanks: string) => blanks.replaceAll("\r", "").replaceAll("\t", "    ").length;
  for (const line of lines) {
    if (fence === "") {
      const open = /^([ \t\r]*)(`{3,}(?=[^`]*$)|~{3,})/.exec(line);
      if (open === null) continue;
      fence = open[2] as string;
      indent = columns(open[1] as string);
    } else {
      const close = /^([ \t\r]*)(`+|~+)[ \t\r]*$/.exec(line);
      if (close === null || close[2]![0] !== fence[0] || close[2]!.length < fence.length) continue;
      if (columns(close[1] as string) <= indent + 3) fence = "";
    }
  }
  return fence !== "" || /^[ \t\r]*(`{3,}[^`]*|~{3,}.*)$/s.test(last);
}

/** Works on whole lines; a line's break belongs to it. */
function unwrapped(text: string): string {
  let out = "";
  let at = 0;
  const lineAt = (from: number) => /^[^\n]*\n?/.exec(text.slice(from))![0];
  while (at < text.length) {
    const line = lineAt(at);
    const whole = text.slice(at);
    const lineForm =
      /^ {0,3}(`{3,})[ \t]*json[ \t]*\r?\n/i.exec(whole) ??
      /^( {0,3})(`{3,})[ \t]*\r?\n(?=\1?[{[])/.exec(whole) ??
      /^ {0,3}\[json\][ \t]*\r?\n/i.exec(whole);
    const beside = /^ {0,3}\[json\][ \t]*(?=[{[])/i.exec(whole);
    if (inFence(out)) {
      // Part of another block's content.
    } else if (lineForm !== null) {
      const ticks = /`+/.exec(lineForm[0])?.[0];
      const closing = ticks === undefined ? "\\[/?json\\]" : `${ticks}\`*`;
      const inside = text.slice(at + lineForm[0].length);
      const end = new RegExp(`(?:^|\\r?\\n) {0,3}${closing}[ \\t]*(?=\\r?\\n|\\r?$)`, "i").exec(
        inside,
      );
      if (end === null) return out + inside;
      const closed = /\r?$/.exec(inside)!.index === end.index + end[0].length;
      const rest = closed ? "" : inside.slice(end.index + end[0].length);
      return out + inside.slice(0, end.index) + afterBlock(rest);
    } else if (beside !== null) {
      const inside = text.slice(at + beside[0].length);
      const end = markerOutsideStrings(inside);
      if (end === null) return out + inside;
      return out + inside.slice(0, end.from) + afterBlock(inside.slice(end.to));
    }
    out += line;
    at += line.length;
  }
  return out;
}

/** What follows a block: the rest of its line as it is, then lines afresh. */
function afterBlock(rest: string): string {
  const line = /^[^\n]*\n?/.exec(rest)![0];
  return line + unwrapped(rest.slice(line.length));
}

function markerOutsideStrings(inside: string): { from: number; to: number } | null {
  const token = /"(?:[^"\\]|\\[^])*(?:"|$)|\\[^]|(?:[ \t]*|\r?\n {0,3})\[\/?json\]|[^]/giy;
  for (let found = token.exec(inside); found !== null; found = token.exec(inside))
    if (/json\]$/i.test(found[0]) && !found[0].startsWith('"') && !found[0].startsWith("\\"))
      return { from: found.index, to: token.lastIndex };
  return null;
}
