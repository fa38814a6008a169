import { join } from "node:path";
import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { runFoldService } from "@leadstream/fold-service";
import { scoringConfig } from "./config.ts";
import { scoringTopology } from "./topology.ts";

const config = await exitOnConfigError(() => loadConfig(scoringConfig)); // exits listing every fault at once
const { deadLetterMaxRun: maxRun, deadLetterMaxRatio: maxRatio, deadLetterWindow: window, tickEveryMs } = config;
const checkout = join(import.meta.dirname, "../../..");

await runFoldService(
  {
    service: "scoring",
    port: config.scoringPort,
    settings: config,
    // What decides a state: a store made by other logic is never continued unnoticed.
    logicFolders: ["schemas/src", "libs/stream/src", "libs/domain-scoring/src", "services/scoring/src"].map((folder) =>
      join(checkout, folder),
    ),
  },
  // lead.events → stage: decode → fold: lead-scoring → lead.scores, lead.signals
  (io) => [scoringTopology(io, { deadLetterLimit: { maxRun, maxRatio, window }, tickEveryMs })],
);
