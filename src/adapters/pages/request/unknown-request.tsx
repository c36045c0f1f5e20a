/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What stands at the address of a request that the log does not have.
import { Html } from "@elysiajs/html";
import { MessagePage } from "../shared/message-page.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";

const says = [
  "It may be older than what the log keeps (MAX_LOG_AGE_DAYS), or was never logged here.",
];

export function UnknownRequest({ frame }: { readonly frame: PageFrame }): JSX.Element {
  return <MessagePage frame={frame} title="No such request" says={says} />;
}
