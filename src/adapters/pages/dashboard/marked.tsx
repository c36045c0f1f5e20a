/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// A text with what was searched for marked.
import { Html } from "@elysiajs/html";
import { joinedPlaces, type PlaceFinder } from "../../../domain/log/sought-places.ts";

/** From and to, the second exclusive. */
type Place = readonly [start: number, end: number];

export interface MarkedAtProps {
  readonly text: string;
  /** In order; none overlap. */
  readonly at: readonly Place[];
}

export function MarkedAt({ text, at }: MarkedAtProps): JSX.Element {
  const pieces: { readonly piece: string; readonly isFound: boolean }[] = [];
  let done = 0;
  for (const [start, end] of at) {
    pieces.push({ piece: text.slice(done, start), isFound: false });
    pieces.push({ piece: text.slice(start, end), isFound: true });
    done = end;
  }
  pieces.push({ piece: text.slice(done), isFound: false });
  return (
    <>
      {pieces
        .filter(({ piece }) => piece !== "")
        .map(({ piece, isFound }) =>
          isFound ? <mark safe>{piece}</mark> : <span safe>{piece}</span>,
        )}
    </>
  );
}

export interface MarkedProps {
  readonly text: string;
  /** Of what was searched for; null: nothing was. */
  readonly finder: PlaceFinder | null;
  /** Whether the text is a model's name, whose numbers are found apart. */
  readonly isModel?: boolean;
}

export function Marked({ text, finder, isModel = false }: MarkedProps): JSX.Element {
  const places = isModel ? finder?.placesInModel(text) : finder?.places(text);
  return <MarkedAt text={text} at={joinedPlaces(places ?? [])} />;
}
