// A store that several routers share, in memory, with the faults that one has: it is the judge of
// whether everything came, and once.
import type { SharedInstance, SharedStore } from "../../src/adapters/logs/outbox/shared-store.ts";
import type { Shipment } from "../../src/adapters/logs/outbox/shipment.ts";

export class Refusal extends Error {}
class EntryFault extends Error {}

export interface FakeSharedStore extends SharedStore {
  /** Ids of calls that have ended, in the order in which they came. */
  readonly ended: readonly string[];
  /** As they came, with those that came twice. */
  readonly shipments: readonly Shipment[];
  readonly inFlight: ReadonlySet<string>;
  readonly interrupted: readonly string[];
  /** Thrown by whatever is asked, until it is null again. */
  failing: Error | null;
  /** What it does with the next shipments: takes them, and the answer is lost. */
  losesAnswers: number;
  /** Awaited before anything is done. */
  gate: Promise<void>;
  /** Shipments that hold such a call are refused. */
  refuses: (id: string) => boolean;
  /** More ends at a time than this are not answered in the time that it has. */
  most: number;
  /** Of an instance, the last number that is in. */
  readonly shipped: Map<string, number>;
}

export function createFakeSharedStore(): FakeSharedStore {
  const ended: string[] = [];
  const shipments: Shipment[] = [];
  const inFlight = new Set<string>();
  const interrupted: string[] = [];
  let own: SharedInstance | null = null;

  async function ask(): Promise<void> {
    await store.gate;
    if (store.failing !== null) throw store.failing;
  }

  const store: FakeSharedStore = {
    ended,
    shipments,
    inFlight,
    interrupted,
    failing: null,
    losesAnswers: 0,
    gate: Promise.resolve(),
    refuses: () => false,
    most: Number.POSITIVE_INFINITY,
    shipped: new Map(),
    async settle(instance) {
      await ask();
      own = instance;
      return { shipped: store.shipped.get(instance.id) ?? 0 };
    },
    async ship(group) {
      await ask();
      if (own === null) throw new Error("it was not settled");
      const ends = group.reduce((sum, one) => sum + one.ends.length, 0);
      if (ends > store.most) throw new Error("no answer in time");
      if (group.some((one) => one.ends.some(({ row }) => store.refuses(row.id))))
        throw new EntryFault("no such value");
      for (const shipment of group) {
        const before = store.shipped.get(own.id) ?? 0;
        shipments.push(shipment);
        if (shipment.seq <= before) continue;
        store.shipped.set(own.id, shipment.seq);
        for (const { id } of shipment.starts) inFlight.add(id);
        for (const { row } of shipment.ends) {
          ended.push(row.id);
          inFlight.delete(row.id);
        }
      }
      if (store.losesAnswers > 0) {
        store.losesAnswers--;
        throw new Error("connection closed");
      }
      return { refused: 0 };
    },
    async interrupt(ids) {
      await ask();
      const gone = [...inFlight].filter((id) => ids === null || ids.includes(id));
      for (const id of gone) inFlight.delete(id);
      interrupted.push(...gone);
      return gone.length;
    },
    explain(error) {
      const kind =
        error instanceof Refusal ? "store" : error instanceof EntryFault ? "entry" : "passing";
      return { kind, message: error instanceof Error ? error.message : "unknown" };
    },
  };
  return store;
}
