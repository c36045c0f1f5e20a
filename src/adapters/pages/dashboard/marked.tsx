/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A text with the words that were searched for marked.
import { Html } from "@elysiajs/html";

export interface MarkedProps {
  readonly text: string;
  /** As typed; its words are found apart, whatever their case. */
  readonly q: string;
}

export function Marked({ text, q }: MarkedProps): JSX.Element {
  return (
    <>
      {piecesOf(text, q).map(({ piece, isFound }) =>
        isFound ? <mark safe>{piece}</mark> : <span safe>{piece}</span>,
      )}
    </>
  );
}

/** The text in pieces, in order; none is empty. */
function piecesOf(
  text: string,
  q: string,
): readonly { readonly piece: string; readonly isFound: boolean }[] {
  const words = [...new Set(q.toLowerCase().split(/\s+/))].filter((word) => word !== "");
  if (words.length === 0) return text === "" ? [] : [{ piece: text, isFound: false }];
  // The longest first: of two that begin at the same place it says more.
  const patterns = words
    .toSorted((a, b) => b.length - a.length)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`));
  return text
    .split(new RegExp(`(${patterns.join("|")})`, "giu"))
    .map((piece, place) => ({ piece, isFound: place % 2 === 1 }))
    .filter(({ piece }) => piece !== "");
}
