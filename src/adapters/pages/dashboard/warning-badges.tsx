/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What was odd about a call that went on all the same: a word each, and the sentence behind it.
import { Html } from "@elysiajs/html";

const known: Readonly<Record<string, readonly [word: string, sentence: string]>> = {
  reply_cut: ["cut", "The reply was cut at its length limit"],
  prompt_truncated: ["prompt cut", "The upstream read less of the prompt than was sent"],
  repeated: ["repeats", "The reply repeats itself"],
  slow_load: ["slow load", "The upstream had to load the model first"],
  malformed_event: [
    "malformed",
    "An event of the stream could not be read; it was passed on as it came",
  ],
};

export function WarningBadges({ warnings }: { readonly warnings: readonly string[] }): JSX.Element {
  return (
    <>
      {warnings.map((warning) => {
        const [word, sentence] = (Object.hasOwn(known, warning) ? known[warning] : undefined) ?? [
          warning,
          warning,
        ];
        return (
          <span class="mark-warning" title={sentence}>
            <span aria-hidden="true" safe>
              {word}
            </span>
            <span class="hidden" safe>{` ${sentence}. `}</span>
          </span>
        );
      })}
    </>
  );
}
