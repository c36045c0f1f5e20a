// Alerts to a webhook, one after the other, each tried a few times. Its URL is a secret: it holds the right to post.
import type { AlertMessage, AlertSink } from "../../ports/alerts.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { isLoopback } from "../../domain/security/hosts.ts";

export interface WebhookOptions {
  /** http or https; `format=text` in its query asks for plain text. */
  readonly url: string;
  readonly version: string;
  readonly clock: Pick<Clock, "after">;
  readonly logger: Pick<Logger, "warn" | "info">;
  /** ms in which a post has to be answered. */
  readonly limitMs?: number;
}

/** ms between the tries of one alert. */
const waitsMs = [2_000, 10_000, 60_000] as const;
/** Alerts that wait; the oldest go first, for the newest say how things are. */
const maxWaiting = 50;
const defaultLimitMs = 10_000;

export function createWebhook(options: WebhookOptions): AlertSink {
  const { clock, logger, limitMs = defaultLimitMs } = options;
  const target = targetOf(options);
  const waiting: AlertMessage[] = [];
  let isSending = false;
  let isStopped = false;
  let wake = () => {};

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  async function deliver(message: AlertMessage): Promise<void> {
    for (const [tries, waitMs] of [...waitsMs, null].entries()) {
      const failure = await post(target, message, limitMs);
      if (failure === null) {
        if (tries > 0) logger.info("the alert was delivered", { what: message.what });
        return;
      }
      const fields = { what: message.what, title: message.title, reason: failure.why };
      if (waitMs === null || !failure.mayPass) {
        logger.warn("an alert could not be delivered to ALERT_WEBHOOK", fields);
        return;
      }
      if (tries === 0) logger.warn("an alert is not delivered yet; it is tried again", fields);
      await pause(waitMs);
      if (isStopped) return;
    }
  }

  async function sendAll(): Promise<void> {
    isSending = true;
    for (;;) {
      const next = waiting.shift();
      if (next === undefined || isStopped) break;
      await deliver(next);
    }
    isSending = false;
  }

  return {
    send(message) {
      if (isStopped) return;
      waiting.push(message);
      if (waiting.length > maxWaiting) waiting.shift();
      if (!isSending) sendAll().catch(() => undefined);
    },
    stop() {
      isStopped = true;
      wake();
    },
  };
}

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isText: boolean;
  readonly isHere: boolean;
}

/** A name and password in the URL go as Basic credentials: fetch refuses them where they stand. */
function targetOf({ url: written, version }: WebhookOptions): Target {
  const url = new URL(written);
  const isText = url.searchParams.get("format") === "text";
  const { username, password, hostname } = url;
  const pair = `${decoded(username)}:${decoded(password)}`;
  url.username = "";
  url.password = "";
  return {
    url: url.href,
    isText,
    isHere: isLoopback(hostname.replace(/^\[|\]$/g, "")),
    headers: {
      "content-type": isText ? "text/plain; charset=utf-8" : "application/json",
      "user-agent": `smolrouter/${version}`,
      ...(username === ""
        ? {}
        : { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }),
    },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that stands for itself
  }
}

interface Failure {
  /** In words that hold nothing of the URL. */
  readonly why: string;
  /** Whether another try may go better. */
  readonly mayPass: boolean;
}

/** @returns null: it was taken */
async function post(
  { url, headers, isText, isHere }: Target,
  message: AlertMessage,
  limitMs: number,
): Promise<Failure | null> {
  const init = {
    method: "POST",
    headers,
    body: isText ? textOf(message) : JSON.stringify(message),
    // Another host would see what was meant for this one.
    redirect: "manual",
    signal: AbortSignal.timeout(limitMs),
    // Variables that name a proxy hold for other machines.
    ...(isHere ? { proxy: false } : {}),
  } as RequestInit;
  try {
    const response = await fetch(url, init);
    await response.body?.cancel();
    const { status } = response;
    if (status >= 200 && status < 300) return null;
    if (status >= 300 && status < 400)
      return { why: `status ${status}: redirects are not followed`, mayPass: false };
    return { why: `status ${status}`, mayPass: status >= 500 || status === 429 || status === 408 };
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    const why = isLate ? `no answer within ${limitMs / 1_000} s` : "it cannot be reached";
    return { why, mayPass: true };
  }
}

function textOf({ title, message, url }: AlertMessage): string {
  return `${title}\n${message}\n${url}\n`;
}
