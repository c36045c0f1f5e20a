/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What the router wants a person to act on, over every page until it is put right or dismissed.
import { Html } from "@elysiajs/html";
import type { Notice } from "../../../ports/notices.ts";
import { ClockTime } from "./clock-time.tsx";
import type { PageFrame } from "./pages-deps.ts";

/** Beyond that a banner hides the page; the program's own log has all of them. */
const linesShown = 6;

export function NoticeBanner({ notices, path }: Pick<PageFrame, "notices" | "path">): JSX.Element {
  return (
    // There even where it is empty, so that pages that follow can fill it.
    <div id="notices" data-live role="status">
      {notices.map((notice) => (
        <OneNotice notice={notice} path={path} />
      ))}
    </div>
  );
}

function OneNotice(props: { readonly notice: Notice; readonly path: string }): JSX.Element {
  const { id, message, details = [], since = null, endsByItself = false } = props.notice;
  const more = details.length - linesShown;
  return (
    <div class="notice bad banner" id={`notice-${id}`}>
      <div>
        <p>
          <strong safe>{message}</strong>
          {since !== null && (
            <small>
              {" since "}
              <ClockTime iso={new Date(since).toISOString()} />
            </small>
          )}
          {/* One line is one line less of the page. */}
          {details.length === 1 && <span class="detail" safe>{` ${details[0] ?? ""}`}</span>}
        </p>
        {details.length > 1 && (
          <ul>
            {details.slice(0, linesShown).map((line) => (
              <li safe>{line}</li>
            ))}
            {more > 0 && <li>{`and ${more} more, in the router's own log`}</li>}
          </ul>
        )}
      </div>
      {!endsByItself && (
        // Where scripts run, they send it and stay on the page.
        <form method="post" action="/notices/dismiss" data-stay>
          <input type="hidden" name="id" value={id} />
          <input type="hidden" name="next" value={props.path} />
          <button type="submit" class="small">
            Dismiss
          </button>
        </form>
      )}
    </div>
  );
}
