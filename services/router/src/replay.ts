import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { replayCommand } from "@leadstream/fold-service";
import { routerConfig } from "./config.ts";
import { logicFolders } from "./logic-folders.ts";
import { routerTopologies } from "./topology.ts";

const config = await exitOnConfigError(() => loadConfig(routerConfig));

// The topologies that main.ts runs, in a process of their own: their answers are compared with those in the log.
await replayCommand({ service: "router", settings: config, logicFolders }, routerTopologies);
