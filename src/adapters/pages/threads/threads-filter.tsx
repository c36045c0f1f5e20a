/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The list's filters: a plain form, so that what is filtered stands in the URL.
import { Html } from "@elysiajs/html";
import { periods } from "../shared/period-query.ts";
import { type ThreadField, threadFields, threadsHref, type ThreadsQuery } from "./threads-query.ts";

const words: Readonly<Record<ThreadField, readonly [label: string, hint: string]>> = {
  q: ["Search", "Search titles"],
  model: ["Model", "Model"],
  user: ["User or address", "User"],
  client: ["Client program", "Client"],
};

export function ThreadsFilter({ query }: { readonly query: ThreadsQuery }): JSX.Element {
  const { fields, address, filtered } = query;
  return (
    <form
      class="filters"
      id="filters"
      method="get"
      action="/threads"
      role="search"
      aria-label="Filter threads"
    >
      {threadFields.map((name) => (
        <>
          <Field name={name} value={fields[name]} />
          {/* As with requests: a phone shows what filters, and the rest when asked. */}
          {name === "q" && (
            <label class="more-filters">
              <input type="checkbox" class="hidden" autocomplete="off" />
              More
            </label>
          )}
        </>
      ))}
      <label class={`field narrow${address.period ? " filled" : ""}`}>
        <span class="hidden">Last call</span>
        <select name="period">
          <option value="">Any time</option>
          {Object.entries(periods).map(([name, { says }]) => (
            <option value={name} selected={address.period === name} safe>
              {`in ${says}`}
            </option>
          ))}
        </select>
      </label>
      {(["since", "until"] as const).map((name) =>
        address[name] ? <input type="hidden" name={name} value={address[name]} /> : "",
      )}
      <button type="submit">Filter</button>
      {filtered && (
        <a class="clear" href={threadsHref({})}>
          Clear
        </a>
      )}
    </form>
  );
}

function Field(props: { readonly name: ThreadField; readonly value: string }): JSX.Element {
  const { name, value } = props;
  const [label, hint] = words[name];
  return (
    <label class={`field${name === "q" ? " wide" : ""}${value === "" ? "" : " filled"}`}>
      <span class="hidden" safe>
        {label}
      </span>
      <input
        type={name === "q" ? "search" : "text"}
        name={name}
        value={value}
        placeholder={hint}
        maxlength={200}
        autocomplete="off"
        spellcheck="false"
      />
    </label>
  );
}
