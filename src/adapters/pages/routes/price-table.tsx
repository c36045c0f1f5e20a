/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What models cost: the routes file's prices, and by which list hosted APIs are priced otherwise.
import { Html } from "@elysiajs/html";
import { listPrices } from "../../../domain/log/list-prices.ts";
import type { Price, Routing } from "../../../domain/routing/types.ts";
import { budget } from "../shared/format.ts";
import { ConfigSection, Table } from "./config-table.tsx";

export function Prices({ routing }: { readonly routing: Routing }): JSX.Element {
  const { name, version, date } = listPrices;
  const ofServers = [...routing.servers.values()].flatMap(({ name: server, prices }) =>
    prices.map((one) => ({ ...one, server })),
  );
  const all = [...ofServers, ...routing.prices.map((one) => ({ ...one, server: "any" }))];
  return (
    <ConfigSection id="prices" title="Prices, USD for a million tokens" count={1}>
      {all.length > 0 && (
        <Table of="Prices" heads={["Model", "Server", "Price"]}>
          {all.map(({ server, model, price }) => (
            <tr>
              <th scope="row" safe>
                {model.text}
              </th>
              <td safe>{server}</td>
              <td safe>{priceInWords(price)}</td>
            </tr>
          ))}
        </Table>
      )}
      <p class="says">
        {routing.monthlyBudget !== null && (
          <span class="tag" safe>
            {`budget of ${budget(routing.monthlyBudget)} a month`}
          </span>
        )}
        <span class="tag">servers on private addresses: 0</span>
        <span class="tag" safe>
          {`hosted APIs: list prices of ${date} (${name} ${version})`}
        </span>
      </p>
    </ConfigSection>
  );
}

/** In one cell, so that each figure has its name where columns stand one below the other. */
function priceInWords({ input, cached, output }: Price): string {
  const read = cached === null ? [] : [`cached ${cached}`];
  return [`input ${input}`, ...read, `output ${output}`].join(" · ");
}
