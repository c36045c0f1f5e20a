/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The configuration in force as tables: rules, aliases, servers, renamed models, prices, and what holds otherwise.
import { Html } from "@elysiajs/html";
import { describeMatch } from "../../../domain/routing/match-rule.ts";
import type { Replacement } from "../../../domain/routing/replacement.ts";
import type { AliasInstance, Routing, Rule, Server } from "../../../domain/routing/types.ts";
import { speaksInWords, typeNames } from "../shared/server-words.ts";
import { Prices } from "./price-table.tsx";
import { PairRow, ConfigSection, Says, Source, Table } from "./config-table.tsx";
import { balanceInWords, policyInWords, weightInWords } from "./policy-words.ts";

export interface RoutingTablesProps {
  readonly routing: Routing;
  /** As configured. */
  readonly file: string;
}

export function RoutingTables({ routing, file }: RoutingTablesProps): JSX.Element {
  const { rules, aliases, servers, modelMap, defaultServer, policy } = routing;
  // The page's head says where the file lies; here its folders would leave no room for the rest.
  const name = file.split(/[\\/]/).at(-1);
  const at = (line: number | null): string => (line === null ? "" : `${name}:${line}`);
  return (
    <>
      <ConfigSection
        id="model-map"
        title="Renamed models"
        count={modelMap.exact.size + modelMap.patterns.length}
      >
        <Table of="Renamed models" heads={["Requested", "Sent as", "Source"]}>
          {[...modelMap.exact].map(([from, to]) => (
            <PairRow cells={[from, to]} source="MODEL_MAP" />
          ))}
          {modelMap.patterns.map(({ text, replacement }) => (
            <PairRow cells={[text, written(replacement)]} source="MODEL_MAP" />
          ))}
        </Table>
      </ConfigSection>
      <ConfigSection id="aliases" title="Aliases" count={aliases.size}>
        <Table of="Aliases" heads={["Name", "Instances", "Source"]}>
          {[...aliases.values()].map((alias) => (
            <tr>
              <th scope="row" safe>
                {alias.name}
              </th>
              <td>
                <ol class="instances">
                  {alias.instances.map((instance) => (
                    <Instance instance={instance} name={alias.name} />
                  ))}
                </ol>
                <Says first={balanceInWords(alias.balance)} overrides={alias.overrides} />
              </td>
              <Source text={at(alias.line)} />
            </tr>
          ))}
        </Table>
      </ConfigSection>
      <ConfigSection id="rules" title="Rules, first match wins" count={rules.length}>
        <Table of="Rules" heads={["", "Where", "Then", "Source"]}>
          {rules.map((rule) => (
            <tr>
              <th scope="row">{String(rule.number)}</th>
              <td safe>{describeMatch(rule.match)}</td>
              <td>
                <span safe>{does(rule)}</span>
                <Says overrides={rule.overrides} />
              </td>
              <Source text={at(rule.line)} />
            </tr>
          ))}
        </Table>
      </ConfigSection>
      <ConfigSection
        id="servers"
        title="Servers"
        count={servers.size + (defaultServer.line === null ? 1 : 0)}
      >
        <Table of="Servers" heads={["Name", "Address", "Notes", "Source"]}>
          {[...servers.values()].map((server) => (
            <ServerRow
              server={server}
              source={at(server.line)}
              byDefault={server === defaultServer}
            />
          ))}
          {defaultServer.line === null && (
            <ServerRow server={defaultServer} source="DEFAULT_UPSTREAM" byDefault={false} />
          )}
        </Table>
      </ConfigSection>
      <Prices routing={routing} />
      <ConfigSection id="policy" title="Default policy" count={1}>
        <p class="says">
          {policyInWords(policy).map((said) => (
            <span class="tag" safe>
              {said}
            </span>
          ))}
        </p>
      </ConfigSection>
    </>
  );
}

/** Groups by number, however they were named. */
function written(replacement: Replacement): string {
  return replacement.map((part) => (typeof part === "number" ? `$${part}` : part)).join("");
}

function Instance(props: { readonly instance: AliasInstance; readonly name: string }): JSX.Element {
  const { server, model, weight, overrides } = props.instance;
  return (
    <li>
      <span safe>{server.name}</span>{" "}
      <span class="model" safe>
        {model ?? props.name}
      </span>
      <Says first={weightInWords(weight)} overrides={overrides} />
    </li>
  );
}

function does(rule: Rule): string {
  if (rule.server === null) return `rename to ${rule.model}`;
  return rule.model === null ? rule.server.name : `${rule.server.name} as ${rule.model}`;
}

/** Keys and header values are secrets: it is only said that there are some. */
function ServerRow(props: {
  readonly server: Server;
  readonly source: string;
  readonly byDefault: boolean;
}): JSX.Element {
  const { server, source, byDefault } = props;
  const { maxConcurrency, maxQueue, maxOutputTokens, apiKey, headers, ca, insecure, proxy } =
    server;
  const notes = [
    ...(byDefault ? ["default upstream"] : []),
    typeNames[server.type],
    ...speaksInWords(server),
    ...(apiKey === null ? [] : ["own key"]),
    ...(headers.length === 0 ? [] : [`adds ${headers.map(([name]) => name).join(", ")}`]),
    ...(maxConcurrency === null ? [] : [`${maxConcurrency} at once, queue of ${maxQueue}`]),
    ...(maxOutputTokens === null ? [] : [`answers of up to ${maxOutputTokens} tokens`]),
    ...(ca === null ? [] : [`ca ${ca}`]),
    ...(insecure ? ["certificate not checked"] : []),
    ...(proxy === null ? [] : ["through a proxy"]),
  ];
  return (
    <tr>
      <th scope="row" safe>
        {server.name}
      </th>
      <td>
        <code safe>{server.baseUrl}</code>
      </td>
      <td>
        <span safe>{notes.join(" · ")}</span>
        <Says overrides={server.overrides} />
      </td>
      <Source text={source} />
    </tr>
  );
}
