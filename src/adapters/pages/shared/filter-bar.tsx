/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Filters of calls: a plain form, so that what is filtered stands in the URL.
import { Html } from "@elysiajs/html";
import { filterFields, services, states } from "./call-query.ts";
import type { CallAddress, CallHref, CallQuery, FilterField } from "./call-query.ts";

/** Names to offer in the fields that take any. */
export type Offers = Readonly<Record<"model" | "upstream" | "user" | "client", readonly string[]>>;

export interface FilterBarProps {
  readonly query: CallQuery;
  readonly offers: Offers;
  /** The page's path. */
  readonly action: string;
  readonly href: CallHref;
  /** What the form leaves as it is, by parameter; empty values are left out. */
  readonly kept: Readonly<Record<string, string>>;
}

export function FilterBar({ query, offers, action, href, kept }: FilterBarProps): JSX.Element {
  const { fields } = query;
  return (
    <form
      class="filters"
      id="filters"
      method="get"
      action={action}
      role="search"
      aria-label="Filter requests"
    >
      <Field name="q" label="Search" query={query} wide hint="Search words, models, errors, ids" />
      {/* A phone shows what filters, and the rest when asked: the list would begin below the fold. */}
      <label class="more-filters">
        <input type="checkbox" class="hidden" autocomplete="off" />
        More
      </label>
      <Field name="model" label="Model" query={query} offer={offers.model} hint="Model" />
      <Field
        name="upstream"
        label="Upstream"
        query={query}
        offer={offers.upstream}
        hint="Upstream"
      />
      <Field name="user" label="User or address" query={query} offer={offers.user} hint="User" />
      <Field
        name="client"
        label="Client program"
        query={query}
        offer={offers.client}
        hint="Client"
      />
      <Field name="status" label="Status" query={query} offer={statuses} hint="Status" narrow />
      <Choice name="state" label="State" all="Any state" chosen={fields.state} of={states} />
      <Choice
        name="service_type"
        label="API"
        all="Any API"
        chosen={fields.service_type}
        of={services}
      />
      {Object.entries({ ...kept, thread: fields.thread }).map(([name, value]) =>
        value === "" ? "" : <input type="hidden" name={name} value={value} />,
      )}
      <button type="submit">Filter</button>
      {query.filtered && (
        <a class="clear" href={href(nothing)}>
          Clear
        </a>
      )}
    </form>
  );
}

const nothing: CallAddress = Object.fromEntries(filterFields.map((field) => [field, ""]));

const statuses = ["2xx", "4xx", "5xx", "429", "499", "502", "504"];

const unreadHints: Partial<Readonly<Record<FilterField, string>>> = {
  status: "404, or 4xx",
};

interface FieldProps {
  readonly name: Exclude<FilterField, "thread">;
  readonly label: string;
  readonly query: CallQuery;
  readonly offer?: readonly string[];
  readonly hint: string;
  readonly wide?: boolean;
  readonly narrow?: boolean;
}

function Field({ name, label, query, offer, hint, wide, narrow }: FieldProps): JSX.Element {
  const unread = query.unread.includes(name);
  const list = offer === undefined || offer.length === 0 ? undefined : `known-${name}`;
  const filled = query.fields[name] === "" ? "" : " filled";
  return (
    <label
      class={`field${wide === true ? " wide" : ""}${narrow === true ? " narrow" : ""}${filled}`}
    >
      <span class="hidden" safe>
        {label}
      </span>
      <input
        type={name === "q" ? "search" : "text"}
        name={name}
        value={query.fields[name]}
        placeholder={hint}
        list={list}
        maxlength={200}
        autocomplete="off"
        spellcheck="false"
        aria-invalid={unread ? "true" : undefined}
        title={unread ? unreadHints[name] : undefined}
      />
      {unread && (
        <span class="wrong" safe>
          {unreadHints[name] ?? "Not understood"}
        </span>
      )}
      {list !== undefined && (
        <datalist id={list}>
          {offer?.map((value) => (
            <option value={value} />
          ))}
        </datalist>
      )}
    </label>
  );
}

interface ChoiceProps {
  readonly name: FilterField;
  readonly label: string;
  readonly all: string;
  readonly chosen: string;
  readonly of: readonly string[];
}

function Choice({ name, label, all, chosen, of }: ChoiceProps): JSX.Element {
  return (
    <label class={`field narrow${chosen === "" ? "" : " filled"}`}>
      <span class="hidden" safe>
        {label}
      </span>
      <select name={name}>
        <option value="" safe>
          {all}
        </option>
        {of.map((value) => (
          <option value={value} selected={value === chosen} safe>
            {value === "inflight" ? "in flight" : value}
          </option>
        ))}
      </select>
    </label>
  );
}
