import { join } from "node:path";
import { loadConfig } from "@leadstream/config";
import { z } from "zod";
import { prepareStack, readDocuments } from "../stack/prepare.ts";
import { addressesOf, serverVariables } from "../stack/server-environment.ts";
import type { Workplace } from "../workplace.ts";
import { progressLog } from "./progress.ts";

const prepareConfig = z.object({
  ...serverVariables,
  dataDir: z.string().min(1).describe("a folder that keeps what was published last"),
  model: z.string().optional().describe("the path of a scoring model"),
  policy: z.string().optional().describe("the path of a routing policy"),
  roster: z.string().optional().describe("the path of a roster"),
  journey: z.string().optional().describe("the path of a nurture journey"),
});

/** Topics, schemas, tables and configuration on servers that run elsewhere: what a container does once before the services start. */
export async function prepareFromEnvironment({ root }: Workplace): Promise<void> {
  const config = loadConfig(prepareConfig);
  const examples = join(root, "infra/examples");
  const documents = {
    model: config.model ?? join(examples, "models/default.yaml"),
    usualModel: config.model === undefined,
    usualJourney: config.journey === undefined,
    policy: config.policy ?? join(examples, "policies/default.yaml"),
    roster: config.roster ?? join(examples, "rosters/demo-team.yaml"),
    journey: config.journey ?? join(examples, "journeys/nurture.yaml"),
  };
  await prepareStack(addressesOf(config), {
    root,
    dataDir: config.dataDir,
    documents: readDocuments(documents, Date.now()),
    log: progressLog(),
  });
}
