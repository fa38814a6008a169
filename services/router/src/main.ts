import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { runFoldService } from "@leadstream/fold-service";
import { routerConfig } from "./config.ts";
import { logicFolders } from "./logic-folders.ts";
import { routerTopologies } from "./topology.ts";

const config = await exitOnConfigError(() => loadConfig(routerConfig)); // exits listing every fault at once

await runFoldService(
  {
    service: "router",
    port: config.routerPort,
    settings: config,
    logicFolders,
  },
  routerTopologies, // lead.signals → cases → team.requests → teams → lead.signals
);
