/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The request as a command to paste into a shell, or why there is none.
import { Html } from "@elysiajs/html";
import type { CurlCommand } from "./curl.ts";
import { CopyButton } from "../shared/layout.tsx";

export function CurlSection({ command }: { readonly command: CurlCommand }): JSX.Element {
  return (
    <details id="curl-details">
      <summary>
        <span>As curl</span>
        {command.kind === "impossible" && <small safe>{command.why}</small>}
      </summary>
      {command.kind === "command" ? (
        <>
          <div class="code">
            <CopyButton of="curl" label="Copy as curl" />
            <pre id="curl" tabindex="0" safe>
              {command.text}
            </pre>
          </div>
          {command.reads.length > 0 && (
            <p class="nothing" safe>
              {`Secrets are not stored: the command reads ${command.reads.join(" and ")} from the shell.`}
            </p>
          )}
        </>
      ) : (
        <p class="nothing" safe>
          {command.why}
        </p>
      )}
    </details>
  );
}
