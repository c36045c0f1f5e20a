/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What of the address could not be read: what it was to filter is there unfiltered, so it is said.
import { Html } from "@elysiajs/html";
import type { CallQuery } from "./call-query.ts";

const namesShown = 5;
const longest = 60;

export function UnreadLine(props: {
  readonly query: Pick<CallQuery, "unread" | "unknown">;
}): JSX.Element {
  const { unread, unknown } = props.query;
  const sentences = [
    ...unread.slice(0, namesShown).map((name) => `${name} cannot be read and was left out.`),
    ...unknown
      .slice(0, namesShown)
      .map((name) => `${JSON.stringify(name.slice(0, longest))} is not a parameter of this page.`),
  ];
  if (sentences.length === 0) return "";
  return (
    <div class="notice unread" role="status">
      {sentences.map((sentence) => (
        <p safe>{sentence}</p>
      ))}
    </div>
  );
}
