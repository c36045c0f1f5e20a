/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What a browser shows at an address where nothing is, or where nothing can be opened.
import { Html } from "@elysiajs/html";
import { MessagePage } from "./message-page.tsx";
import { frameOf, page } from "./page-response.tsx";
import type { PagesDeps } from "./pages-deps.ts";

const titles = { 404: "No such page", 405: "Not a page to open" } as const;

/** @param says why, as a program would be answered */
export function missingPage(deps: PagesDeps) {
  return (request: Request, status: 404 | 405, says: string): Promise<Response> => {
    const sentence = `${says.slice(0, 1).toUpperCase()}${says.slice(1)}.`;
    return page(
      request,
      status,
      <MessagePage frame={frameOf(request, deps)} title={titles[status]} says={[sentence]} />,
    );
  };
}
