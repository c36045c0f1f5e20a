/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A text of a conversation: Markdown laid out or as it is, code, and what is long folded.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import { short, whole } from "../shared/format.ts";
import { prettyJson } from "./pretty-json.ts";
import type { Reading } from "./reading.ts";

/** Longer texts are cut here; the raw body below has them whole. */
const longest = 40_000;
/** What is longer is folded. */
const longestOpen = { lines: 40, characters: 6_000 };
const longestFirst = 90;

export interface TextProps {
  readonly text: string;
  readonly reading: Reading;
  /** Whether a long one is unfolded: what one came to read. */
  readonly isOpen?: boolean;
}

export function Text({ text, reading, isOpen = false }: TextProps): JSX.Element {
  return (
    <Fold text={text} isOpen={isOpen}>
      <Words text={text} reading={reading} />
    </Fold>
  );
}

/** Loaded with the first text: it would be half of what a process loads before its first page. */
const markdown = () => import("./markdown.ts");

/** A text without a fold of its own. */
export async function Words({ text, reading }: Omit<TextProps, "isOpen">): Promise<string> {
  const shown = text.slice(0, longest);
  const html = reading.spend(shown.length) ? (await markdown()).renderMarkdown(shown) : null;
  return (
    <>
      {html === null ? (
        <p class="text" dir="auto" safe>
          {shown}
        </p>
      ) : (
        <div class="text md" dir="auto">
          {html}
        </div>
      )}
      <Cut length={text.length} />
    </>
  );
}

/** Text of a program: JSON with a member a line, anything else as it is. */
export function Code({ text }: { readonly text: string }): JSX.Element {
  const pretty = text.length > longest ? null : prettyJson(text);
  const shown = pretty ?? text;
  return (
    <Fold text={shown} isOpen={false}>
      <div class="code">
        <button type="button" class="copy" data-copy="" aria-label="Copy">
          Copy
        </button>
        <pre tabindex="0" data-json={pretty === null ? undefined : true} safe>
          {shown.slice(0, longest)}
        </pre>
      </div>
      <Cut length={shown.length} />
    </Fold>
  );
}

function Fold(
  props: PropsWithChildren<{ readonly text: string; readonly isOpen: boolean }>,
): JSX.Element {
  const { text, isOpen, children } = props;
  const lines = linesOf(text);
  if (lines <= longestOpen.lines && text.length <= longestOpen.characters) return <>{children}</>;
  return (
    <details class="long" open={isOpen}>
      <summary>
        <span class="first" safe>
          {firstWords(text)}
        </span>{" "}
        <small>{`${whole(lines)} ${lines === 1 ? "line" : "lines"} · ${short(text.length)} characters`}</small>
      </summary>
      {children}
    </details>
  );
}

function linesOf(text: string): number {
  let lines = 1;
  for (
    let at = text.indexOf("\n");
    at >= 0 && at < text.length - 1;
    at = text.indexOf("\n", at + 1)
  )
    lines++;
  return lines;
}

function firstWords(text: string): string {
  const start = text.slice(0, longestFirst * 4).trimStart();
  const line = start.split("\n", 1)[0] ?? "";
  return line.length > longestFirst ? `${line.slice(0, longestFirst)}…` : line;
}

function Cut({ length }: { readonly length: number }): JSX.Element {
  if (length <= longest) return "";
  return <p class="faint">{`… and ${whole(length - longest)} more characters, in the raw body`}</p>;
}
