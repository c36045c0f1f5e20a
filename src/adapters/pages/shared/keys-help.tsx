/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The list of keyboard shortcuts; assets/keys.js opens it and knows what each does.
import { Html } from "@elysiajs/html";

const shortcuts = [
  ["/", "search"],
  ["j k", "next, previous line of the list; Enter opens it"],
  ["[ ]", "newer, older request"],
  ["g d", "dashboard"],
  ["g t", "threads"],
  ["g p", "performance"],
  ["g u", "upstreams"],
  ["g r", "routes"],
  ["?", "this list"],
] as const;

export function KeysHelp(): JSX.Element {
  return (
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keyboard</h2>
      <dl>
        {shortcuts.map(([keys, does]) => (
          <div>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input type="checkbox" id="keys-on" /> Shortcuts on
      </label>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
