// What goes wrong with every batch is logged once a minute.
import type { Clock } from "../../../ports/clock.ts";

export interface OnceAMinute {
  /** Passes a message on, unless the one before was of its kind and less than a minute ago. */
  tell(message: string): void;
  stop(): void;
}

const tellAgainMs = 60_000;

export function createOnceAMinute(
  clock: Pick<Clock, "after">,
  pass: (message: string) => void,
): OnceAMinute {
  let last: { readonly kind: string; readonly forget: () => void } | null = null;
  return {
    tell(message) {
      // Each batch has other files to name.
      const kind = message.replaceAll(/'[^']*'/g, "");
      if (kind === last?.kind) return;
      last?.forget();
      pass(message);
      const forget = clock.after(tellAgainMs, () => {
        last = null;
      });
      last = { kind, forget };
    },
    stop() {
      last?.forget();
    },
  };
}
