import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { runFoldService } from "@leadstream/fold-service";
import { scoringConfig } from "./config.ts";
import { logicFolders } from "./logic-folders.ts";
import { shadowTopology } from "./shadow-topology.ts";

const config = await exitOnConfigError(() => loadConfig(scoringConfig));

// A process of its own that runs only while a model is in the shadow; lead.events → stage: decode → fold: shadow-scoring → lead.shadow-scores
await runFoldService({ service: "shadow", port: config.shadowPort, settings: config, logicFolders }, (io) => [shadowTopology(io)]);
