/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The button that ends a call under way.
import { Html } from "@elysiajs/html";

export interface CancelFormProps {
  /** Of the call. */
  readonly id: string;
  /** By which people know it. */
  readonly model: string;
}

export function CancelForm({ id, model }: CancelFormProps): JSX.Element {
  return (
    // Where scripts run, they send it and stay on the page.
    <form method="post" action={`/api/inflight/${encodeURIComponent(id)}/cancel`} data-stay>
      <button type="submit" class="small" aria-label={`Cancel ${model}`}>
        Cancel
      </button>
    </form>
  );
}
