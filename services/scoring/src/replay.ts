import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { replayCommand } from "@leadstream/fold-service";
import { scoringConfig } from "./config.ts";
import { logicFolders } from "./logic-folders.ts";
import { scoringTopology } from "./topology.ts";

const config = await exitOnConfigError(() => loadConfig(scoringConfig));
const { deadLetterMaxRun: maxRun, deadLetterMaxRatio: maxRatio, deadLetterWindow: window, tickEveryMs } = config;

// The topology that main.ts runs, in a process of its own: its answers are compared with those in the log.
await replayCommand({ service: "scoring", settings: config, logicFolders }, (io) => [
  scoringTopology(io, { deadLetterLimit: { maxRun, maxRatio, window }, tickEveryMs }),
]);
