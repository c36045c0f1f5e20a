/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What a request asked for beside its conversation: parameters, and the tools it offered.
import { Html } from "@elysiajs/html";
import type { OfferedTool, Parameter } from "../../../domain/conversation/turn.ts";
import { whole } from "../shared/format.ts";
import { FetchedFold } from "./fetched-fold.tsx";
import { Code } from "./text-view.tsx";

export interface SettingsViewProps {
  readonly callId: string;
  readonly parameters: readonly Parameter[];
  readonly tools: readonly OfferedTool[];
}

/** Names that stand there before the tools are opened. */
const mostNames = 40;

export function SettingsView({ callId, parameters, tools }: SettingsViewProps): JSX.Element {
  if (parameters.length === 0 && tools.length === 0) return "";
  const names = tools.slice(0, mostNames).map(({ name }) => name);
  return (
    <aside class="settings" aria-label="Parameters and tools">
      {parameters.length > 0 && (
        <dl class="parameters">
          {parameters.map(({ name, value }) => (
            <div>
              <dt safe>{name}</dt>
              <dd safe>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {tools.length > 0 && (
        <FetchedFold
          id="tools"
          href={`/request/${encodeURIComponent(callId)}/tools`}
          words={`${whole(tools.length)} ${tools.length === 1 ? "tool" : "tools"} offered`}
          beside={[...names, ...(tools.length > names.length ? ["…"] : [])].join(", ")}
          link="Descriptions and arguments"
        />
      )}
    </aside>
  );
}

const mostTools = 200;
const longestDescription = 4_000;
const longestSchema = 20_000;

/** The tools with their descriptions and the schemas of their arguments. */
export function ToolList({ tools }: { readonly tools: readonly OfferedTool[] }): JSX.Element {
  return (
    <ul class="tool-list">
      {tools.slice(0, mostTools).map(({ name, description, schema }) => (
        <li>
          <p class="label">
            <b safe>{name}</b>
          </p>
          {description !== null && (
            <p class="text" dir="auto" safe>
              {description.slice(0, longestDescription)}
            </p>
          )}
          {schema !== null && (
            <details>
              <summary>Arguments</summary>
              <Code text={schema.slice(0, longestSchema)} />
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
