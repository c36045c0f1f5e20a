/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What stands over the figures of a page: the period they are of, what they are broken down by, and what the page adds.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { CallHref } from "./call-query.ts";
import {
  dimensions,
  localField,
  type PeriodChoice,
  type PeriodName,
  periods,
} from "./period-query.ts";

export interface PeriodBarProps {
  readonly period: PeriodChoice;
  readonly href: CallHref;
  /** The reader's, an IANA name. */
  readonly zone: string;
}

export function PeriodBar(props: PropsWithChildren<PeriodBarProps>): JSX.Element {
  const { period, href, zone } = props;
  const { since, until } = period.range;
  const isCustom = period.name === "custom";
  return (
    <div class="period-bar">
      <nav class="segments" aria-label="Period">
        {(Object.keys(periods) as PeriodName[]).map((name) => (
          <a
            href={href({ period: name, since: "", until: "" })}
            aria-current={period.name === name ? "true" : undefined}
          >
            {periods[name].words}
          </a>
        ))}
        <details class="range" id="range">
          <summary class={isCustom ? "chosen" : undefined}>
            {isCustom ? <Range since={since} until={until} /> : "Custom"}
          </summary>
          <div class="range-fields">
            <label>
              From
              <TimeField name="since" time={isCustom ? since : null} zone={zone} />
            </label>
            <label>
              To
              <TimeField name="until" time={isCustom ? until : null} zone={zone} />
            </label>
            <p class="faint" safe>{`Times of ${zone}. Without an end: until now.`}</p>
            <button type="submit" form="filters">
              Show
            </button>
          </div>
        </details>
      </nav>
      {isCustom && (
        <a
          class="clear"
          href={href({ period: "", since: "", until: "" })}
          aria-label="Leave the time chosen"
        >
          ×
        </a>
      )}
      <nav class="segments" aria-label="Broken down by">
        {Object.entries(dimensions).map(([name, words]) => (
          <a href={href({ by: name })} aria-current={period.by === name ? "true" : undefined}>
            {words}
          </a>
        ))}
      </nav>
      {props.children}
    </div>
  );
}

interface TimeFieldProps {
  readonly name: "since" | "until";
  /** Epoch ms; null: it is empty. */
  readonly time: number | null;
  readonly zone: string;
}

/** One that picks times takes a browser 15 ms to make: list.js does as it is unfolded. */
function TimeField({ name, time, zone }: TimeFieldProps): JSX.Element {
  return (
    <input
      type="text"
      name={name}
      form="filters"
      placeholder="2026-03-12T14:05"
      value={time === null ? undefined : localField(time, zone)}
      autocomplete="off"
    />
  );
}

/** From when to when, in UTC until a script has put it into the reader's zone. */
function Range(props: { readonly since: number; readonly until: number | null }): JSX.Element {
  const { since, until } = props;
  return (
    <>
      <Minute at={since} /> – {until === null ? "now" : <Minute at={until} />}
    </>
  );
}

function Minute({ at }: { readonly at: number }): JSX.Element {
  const iso = new Date(at).toISOString();
  const words = `${iso.slice(5, 16).replace("T", " ")} UTC`;
  return (
    <time datetime={iso} data-zone="minute" safe>
      {words}
    </time>
  );
}
