// Several routers on one PostgreSQL, with the real program: what a store that fails costs its clients,
// whether every row arrives, how soon others see it, and what it takes. Needs Debian's `postgresql`.
// Run it with: bun bench/scale.ts [outages|long|ship|fresh|cancel|shares] [seconds, default 60]
import { parseArgs } from "node:util";
import { benchCancel } from "./scale/cancel.ts";
import { benchFresh } from "./scale/fresh.ts";
import { benchLongOutage } from "./scale/long-outage.ts";
import { benchOutages } from "./scale/outages.ts";
import { benchShares } from "./scale/shares.ts";
import { benchShipping } from "./scale/shipping.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const [which, seconds = "60"] = positionals;
const benches: Readonly<Record<string, (seconds: number) => Promise<void>>> = {
  outages: benchOutages,
  long: benchLongOutage,
  ship: benchShipping,
  fresh: benchFresh,
  cancel: benchCancel,
  shares: benchShares,
};

for (const [name, bench] of Object.entries(benches))
  if (which === undefined || which === name) {
    console.log(`\n== ${name}`);
    await bench(Number(seconds));
  }
process.exit(0);
