import { join } from "node:path";
import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { runFoldService } from "@leadstream/fold-service";
import { routerConfig } from "./config.ts";
import { routerTopologies } from "./topology.ts";

const config = await exitOnConfigError(() => loadConfig(routerConfig)); // exits listing every fault at once
const packages = join(import.meta.dirname, "../../..");

await runFoldService(
  {
    service: "router",
    port: config.routerPort,
    settings: config,
    logicFolders: ["schemas/src", "libs/stream/src", "libs/domain-routing/src", "services/router/src"].map((folder) =>
      join(packages, folder),
    ),
  },
  routerTopologies, // lead.signals → cases → team.requests → teams → lead.signals
);
