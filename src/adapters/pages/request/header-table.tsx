/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Stored headers, secrets redacted before they were stored.
import { Html } from "@elysiajs/html";
import type { HeaderList } from "../../../domain/http/headers.ts";

export interface HeaderTableProps {
  readonly id: string;
  readonly title: string;
  readonly headers: HeaderList;
}

export function HeaderTable({ id, title, headers }: HeaderTableProps): JSX.Element {
  return (
    <details id={id}>
      <summary>
        <span safe>{title}</span> <small>{String(headers.length)}</small>
      </summary>
      {headers.length === 0 ? (
        <p class="nothing">None are stored.</p>
      ) : (
        <table class="headers">
          <caption class="hidden" safe>
            {title}
          </caption>
          <thead class="hidden">
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {headers.map(([name, value]) => (
              <tr>
                <th scope="row" safe>
                  {name}
                </th>
                <td safe>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
