/**
 * A fresh process that opens a filled store of cases and folds one more record. Prints one line of JSON, times in ms since the process began.
 * Arguments: folder of the store, number of cases, log time of the record. It ends without leave, as after a kill: the store stays as it is.
 */
import { anonymousBytesOf } from "../harness/process-usage.ts";
import { StoredFold } from "../in-process/stored-fold.ts";
import { ClockedCases } from "../timers/clocked-cases.ts";

const [directory = "", count = "", at = ""] = process.argv.slice(2);
const cases = new ClockedCases(Number(count));
const loadedMs = performance.now();
const fold = await StoredFold.open(cases.topology, { directory, cacheBytes: 32 << 20, storeEvery: 50_000 });
const openedMs = performance.now();
cases.act(0, Number(at));
await fold.feed(await cases.log.take());
const foldedMs = performance.now();
const { folded } = fold.counts;
const { user, system } = process.cpuUsage();
const cpuMs = (user + system) / 1_000;
process.stdout.write(`${JSON.stringify({ loadedMs, openedMs, foldedMs, folded, cpuMs, anonymousBytes: anonymousBytesOf(process.pid) })}\n`);
process.exit();
