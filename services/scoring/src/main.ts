import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { runFoldService } from "@leadstream/fold-service";
import { scoringConfig } from "./config.ts";
import { logicFolders } from "./logic-folders.ts";
import { scoringTopology } from "./topology.ts";

const config = await exitOnConfigError(() => loadConfig(scoringConfig)); // exits listing every fault at once
const { deadLetterMaxRun: maxRun, deadLetterMaxRatio: maxRatio, deadLetterWindow: window, tickEveryMs } = config;

await runFoldService(
  {
    service: "scoring",
    port: config.scoringPort,
    settings: config,
    logicFolders,
  },
  // lead.events → stage: decode → fold: lead-scoring → lead.scores, lead.signals
  (io) => [scoringTopology(io, { deadLetterLimit: { maxRun, maxRatio, window }, tickEveryMs })],
);
