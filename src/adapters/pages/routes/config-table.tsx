/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The parts that the tables of `/routes` share: section, table, source column, policy tags.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { PolicyOverrides } from "../../../domain/routing/types.ts";
import { policyInWords } from "./policy-words.ts";

interface ConfigSectionProps {
  readonly id: string;
  readonly title: string;
  /** Parts without anything in them are left out. */
  readonly count: number;
}

export function ConfigSection({
  id,
  title,
  count,
  children,
}: PropsWithChildren<ConfigSectionProps>): JSX.Element {
  if (count === 0) return "";
  return (
    <section id={id} class="part">
      <h2 safe>{title}</h2>
      {children}
    </section>
  );
}

export function Table(
  props: PropsWithChildren<{ readonly of: string; readonly heads: readonly string[] }>,
): JSX.Element {
  return (
    <div class="scroll" tabindex="0" role="region" aria-label={props.of}>
      <table class="config">
        <thead>
          <tr>
            {props.heads.map((head) =>
              head === "" ? (
                <td></td>
              ) : (
                <th scope="col" safe>
                  {head}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

export function PairRow(props: {
  readonly cells: readonly [string, string];
  readonly source: string;
}): JSX.Element {
  const [first, second] = props.cells;
  return (
    <tr>
      <th scope="row" safe>
        {first}
      </th>
      <td safe>{second}</td>
      <Source text={props.source} />
    </tr>
  );
}

export function Source({ text }: { readonly text: string }): JSX.Element {
  return (
    <td class="source">
      <code safe>{text}</code>
    </td>
  );
}

interface SaysProps {
  readonly overrides: PolicyOverrides;
  /** What is said beside the policy. */
  readonly first?: readonly string[];
}

export function Says({ overrides, first = [] }: SaysProps): JSX.Element {
  const words = [...first, ...policyInWords(overrides)];
  if (words.length === 0) return "";
  return (
    <span class="says">
      {words.map((said) => (
        <span class="tag" safe>
          {said}
        </span>
      ))}
    </span>
  );
}
