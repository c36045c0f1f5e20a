// Loaded before the program, for a log that was written at another time: sets its clock to BENCH_NOW
// (epoch ms), and ahead by a minute with each SIGUSR2, by ten with each SIGUSR1.
let behind = Date.now() - Number(process.env["BENCH_NOW"]);
const systemNow = Date.now.bind(Date);
Date.now = () => systemNow() - behind;
const ahead = (minutes: number) => () => void (behind -= minutes * 61_000);
process.on("SIGUSR2", ahead(1));
process.on("SIGUSR1", ahead(10));
