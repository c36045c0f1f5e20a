/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Where a request has what was searched for, beneath its line, where that does not show it.
import { Html } from "@elysiajs/html";
import type { MatchedIn } from "../../../domain/log/matched-place.ts";
import type { ListedRow } from "../../../ports/browse.ts";
import { MarkedAt } from "./marked.tsx";

interface PlaceWords {
  readonly words: string;
  /** Whether the line shows it by itself: never, in all windows, or in wide ones. */
  readonly shown: "never" | "always" | "wide";
}

const places: Readonly<Record<MatchedIn, PlaceWords>> = {
  request: { words: "in what was asked", shown: "never" },
  response: { words: "in the answer", shown: "never" },
  error: { words: "in the error", shown: "never" },
  path: { words: "in the path", shown: "never" },
  id: { words: "in the id", shown: "never" },
  model: { words: "in the model", shown: "always" },
  user: { words: "in the user", shown: "always" },
  address: { words: "in the address", shown: "always" },
  upstream: { words: "in the upstream", shown: "wide" },
};

/** Characters of an error that stand in the line whole, as a rule. */
const shortError = 60;

export function PlaceLine({ row }: { readonly row: ListedRow }): JSX.Element | null {
  const { match } = row;
  if (match === undefined) return null;
  const { words, shown } = placeOf(row, match.in);
  if (shown === "always") return null;
  return (
    <td role="cell" class={shown === "wide" ? "place narrow" : "place"}>
      <span class="faint" safe>{`${words}: `}</span>
      <MarkedAt text={match.text} at={match.at} />
    </td>
  );
}

function placeOf({ state, error_message: error, auth_user: user }: ListedRow, place: MatchedIn) {
  const isShort = state === "failed" && error !== null && error.length <= shortError;
  if (place === "error" && isShort) return { ...places.error, shown: "always" as const };
  // Where there is a user, the address stands nowhere in the line.
  if (place === "address" && user !== null) return { ...places.address, shown: "never" as const };
  return places[place];
}
