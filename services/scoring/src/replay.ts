import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { replayCommand } from "@leadstream/fold-service";
import { scoringConfig } from "./config.ts";
import { logicFolders } from "./logic-folders.ts";
import { shadowTopology } from "./shadow-topology.ts";
import { scoringTopology } from "./topology.ts";

const config = await exitOnConfigError(() => loadConfig(scoringConfig));
const { deadLetterMaxRun: maxRun, deadLetterMaxRatio: maxRatio, deadLetterWindow: window, tickEveryMs } = config;

// The topologies that main.ts and shadow.ts run, in a process of its own: its answers are compared with those in the log.
const service = process.argv.includes("shadow") ? "shadow" : "scoring";
await replayCommand({ service, settings: config, logicFolders }, (io) => [
  scoringTopology(io, { deadLetterLimit: { maxRun, maxRatio, window }, tickEveryMs }),
  shadowTopology(io),
]);
