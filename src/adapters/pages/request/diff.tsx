/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Two texts as one, with the words marked that were removed and added.
import { Html } from "@elysiajs/html";
import { diffArrays } from "diff";

export function Diff(props: { readonly before: string; readonly after: string }): JSX.Element {
  return (
    <p class="text diff">
      {textDiff(props.before, props.after).map((piece) => (
        <DiffText piece={piece} />
      ))}
    </p>
  );
}

function DiffText({ piece }: { readonly piece: DiffPiece }): JSX.Element {
  switch (piece.kind) {
    case "same":
      return <span safe>{piece.text}</span>;
    case "removed":
      return <del safe>{piece.text}</del>;
    case "added":
      return <ins safe>{piece.text}</ins>;
  }
}

export interface DiffPiece {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** The search costs the square of the changes: past this many the texts count as wholly different. */
const maxEditLength = 800;

/**
 * The fewest words to remove from `before` and add to it to get `after`. Joined, the same and
 * removed pieces are `before`, the same and added ones `after`; no two neighbours are of one kind.
 */
export function textDiff(before: string, after: string): readonly DiffPiece[] {
  const changes = diffArrays(words(before), words(after), { maxEditLength });
  const pieces: readonly DiffPiece[] = changes?.map(({ removed, added, value }): DiffPiece => ({
    kind: removed ? "removed" : added ? "added" : "same",
    text: value.join(""),
  })) ?? [
    { kind: "removed", text: before },
    { kind: "added", text: after },
  ];
  return pieces.filter(({ text }) => text !== "");
}

/** A word with the blanks after it; line breaks are words, so that an inserted line is one insertion. */
function words(text: string): string[] {
  return text.match(/\n|[^\S\n]+|[\p{L}\p{N}_]+[^\S\n]*|[^\s\p{L}\p{N}_][^\S\n]*/gu) ?? [];
}
