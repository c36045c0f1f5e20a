/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Two texts as one, with what was taken away and what was put there marked.
import { Html } from "@elysiajs/html";
import { type DiffPiece, textDiff } from "../../../domain/conversation/text-diff.ts";

export function Diff(props: { readonly before: string; readonly after: string }): JSX.Element {
  return (
    <p class="text diff">
      {textDiff(props.before, props.after).map((piece) => (
        <Piece piece={piece} />
      ))}
    </p>
  );
}

function Piece({ piece }: { readonly piece: DiffPiece }): JSX.Element {
  switch (piece.kind) {
    case "same":
      return <span safe>{piece.text}</span>;
    case "removed":
      return <del safe>{piece.text}</del>;
    case "added":
      return <ins safe>{piece.text}</ins>;
  }
}
