// Calls as server-sent events, to as many listeners as there are: each at its own pace, none of them
// able to hold up another or a call.
import type { CallEvent, CallEvents } from "../../ports/browse.ts";
import type { Clock } from "../../ports/clock.ts";

export interface EventFeed {
  /** A new listener's stream: events from now on, a comment whenever nothing happened for a while. */
  open(): ReadableStream<Uint8Array>;
  /** Ends all streams at once, and any opened later. */
  close(): void;
  listeners(): number;
}

export interface EventFeedOptions {
  readonly events: CallEvents;
  readonly clock: Pick<Clock, "after">;
  /** ms of silence until a comment is sent. */
  readonly heartbeatMs?: number;
  /** Bytes that may wait for a listener; one that falls further behind is dropped. */
  readonly queueBytes?: number;
}

const defaultHeartbeatMs = 15_000;
const defaultQueueBytes = 1024 * 1024;

const text = new TextEncoder();
const heartbeat = text.encode(": ping\n\n");
/** Sent at once: the head of an answer goes out with its first bytes only. */
const opening = text.encode(": events\n\n");

interface Listener {
  send(bytes: Uint8Array): void;
  end(): void;
}

export function createEventFeed(options: EventFeedOptions): EventFeed {
  const { events, clock } = options;
  const heartbeatMs = options.heartbeatMs ?? defaultHeartbeatMs;
  const queueBytes = options.queueBytes ?? defaultQueueBytes;
  const listeners = new Set<Listener>();
  let unsubscribe: (() => void) | null = null;
  let cancelBeat = () => {};
  let closed = false;

  function sendAll(bytes: Uint8Array): void {
    for (const listener of listeners) listener.send(bytes);
    cancelBeat();
    cancelBeat = listeners.size === 0 ? () => {} : clock.after(heartbeatMs, beat);
  }

  function beat(): void {
    sendAll(heartbeat);
  }

  function add(listener: Listener): void {
    listeners.add(listener);
    if (unsubscribe !== null) return;
    unsubscribe = events.subscribe((event) => {
      sendAll(eventBytes(event));
    });
    cancelBeat = clock.after(heartbeatMs, beat);
  }

  function remove(listener: Listener): void {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    unsubscribe?.();
    unsubscribe = null;
    cancelBeat();
  }

  return {
    open() {
      let own: Listener | null = null;
      const gone = () => {
        if (own !== null) remove(own);
      };
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            controller.enqueue(opening);
            if (closed) {
              controller.close();
              return;
            }
            own = {
              send(bytes) {
                if ((controller.desiredSize ?? 0) > 0) controller.enqueue(bytes);
                else {
                  gone();
                  controller.error(new Error("the listener is too slow"));
                }
              },
              end() {
                gone();
                controller.close();
              },
            };
            add(own);
          },
          cancel: gone,
        },
        { highWaterMark: queueBytes, size: (bytes) => bytes?.byteLength ?? 0 },
      );
    },
    close() {
      closed = true;
      for (const listener of listeners) listener.end();
    },
    listeners: () => listeners.size,
  };
}

function eventBytes({ kind, row }: CallEvent): Uint8Array {
  return text.encode(`event: ${kind}\nid: ${row.id}\ndata: ${JSON.stringify(row)}\n\n`);
}
