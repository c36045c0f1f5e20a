// Kills the router without warning, again and again, under load, and says what its log has lost.
// Run it with: bun bench/kill-nine.ts [kills, default 1000] [seed]
import { type KillReport, killRepeatedly } from "../tests/lab/kill-nine.ts";

const kills = Number(process.argv[2] ?? 1_000);
const seed = Number(process.argv[3] ?? Date.now());

const line = ({ kills: done, answered, owed, lost, damage, latestLoss }: KillReport): string =>
  `${done} kills, ${answered} calls answered, ${owed} of them more than 100 ms before the kill: ` +
  `${lost.length} rows lost, ${damage.length} faults in the database; ` +
  `the longest time from answer to row was ${latestLoss.toFixed(0)} ms`;

console.log(`seed ${seed}`);
const report = await killRepeatedly(kills, {
  seed,
  tell(sofar) {
    if (sofar.kills % 50 === 0) console.error(line(sofar));
  },
});
console.log(line(report));
for (const problem of [...report.lost, ...report.damage]) console.log(problem);
process.exit(report.lost.length + report.damage.length === 0 ? 0 : 1);
