/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Which router a line is of, where there are several.
import { Html } from "@elysiajs/html";
import type { RouterName } from "../../../ports/browse.ts";

/** @param props.router undefined: there are no others */
export function RouterMark({ router }: { readonly router: RouterName | undefined }): JSX.Element {
  if (router === undefined) return <></>;
  return (
    <span class="router" title={`router ${router.name}, ${router.id}`} safe>
      {router.name}
    </span>
  );
}
