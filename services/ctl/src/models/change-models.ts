import { defaultPartitions, everyLead, type ModelTerms } from "@leadstream/schemas";
import { type PublishableDocument, readModel } from "../commands/documents.ts";
import { type Publication, PublicationLedger, publish } from "../commands/publish.ts";
import { CommandError } from "../errors.ts";
import { StackClients } from "../stack/clients.ts";
import { versionInLog } from "../stack/prepare.ts";
import { serverAddresses, type Workplace } from "../workplace.ts";
import { modelFile } from "./drafts.ts";
import { type PilotWish, pilotConditions } from "./pilot-conditions.ts";
import { beforePresent, documentOfVersion, type PublishedModel, policyInForce, publishedModels, standings } from "./published-models.ts";

/** What a publication of a model asks for, beside the document. */
export interface RescoreWish {
  /** Leads a second, all partitions together; undefined: each lead with its next event. */
  readonly rescore?: number;
}

const refuse = (problem: string): CommandError => new CommandError("WISH_INVALID", problem);

const perPartition = ({ rescore }: RescoreWish): number =>
  rescore === undefined ? 0 : Math.max(1, Math.round(rescore / defaultPartitions.lead));

/** A session with a stack in which models are published. */
class ModelDesk {
  readonly clients: StackClients;
  private readonly workplace: Workplace;

  constructor(workplace: Workplace) {
    this.workplace = workplace;
    this.clients = new StackClients(serverAddresses(workplace), workplace.dataDir);
  }

  private get ledger(): PublicationLedger {
    return new PublicationLedger(this.workplace.dataDir);
  }

  async publish(model: PublishableDocument, terms: ModelTerms, again: boolean): Promise<Publication> {
    const { wire } = await this.clients.registry();
    const ports = {
      producer: await this.clients.producer(),
      wire,
      ledger: this.ledger,
      leadPartitions: defaultPartitions.lead,
      versionInLog: (kind: string) => versionInLog(this.clients.clickhouse(), kind),
    };
    return publish({ ...model, terms }, ports, { again });
  }

  /** Every publication, newest first. Throws while analytics has not seen the newest: a roll back must not take up the wrong one. */
  async published(): Promise<readonly PublishedModel[]> {
    const models = await publishedModels(this.clients.clickhouse());
    const noted = this.ledger.version("model");
    if ((models[0]?.version ?? 0) < noted) throw refuse(`analytics has not seen version ${noted} yet: try again in a moment`);
    return models;
  }

  async documentOf({ name, version, fingerprint }: PublishedModel): Promise<PublishableDocument> {
    const document = await documentOfVersion(this.clients.clickhouse(), version);
    if (document === null) throw refuse(`the document of version ${version} is not in analytics`);
    return { kind: "model", name, document, fingerprint };
  }
}

async function atDesk<T>(workplace: Workplace, work: (desk: ModelDesk) => Promise<T>): Promise<T> {
  const desk = new ModelDesk(workplace);
  try {
    return await work(desk);
  } finally {
    await desk.clients.close();
  }
}

/** The model takes effect for every lead. */
export function publishForAll(workplace: Workplace, file: string, wish: RescoreWish): Promise<Publication> {
  const model = readModel(modelFile(workplace.dataDir, file));
  return atDesk(workplace, (desk) => desk.publish(model, { ...everyLead, rescorePerSecond: perPartition(wish) }, false));
}

/** The model is tried on a part of the leads. */
export function beginPilot(workplace: Workplace, file: string, wish: PilotWish & RescoreWish): Promise<Publication> {
  const model = readModel(modelFile(workplace.dataDir, file));
  return atDesk(workplace, async (desk) => {
    const conditions = pilotConditions(wish, wish.team === undefined ? null : await policyInForce(desk.clients.clickhouse()));
    if (conditions === null && wish.percent === 100)
      throw refuse("the pilot would take every lead: give --percent, --region, --team or --where, or publish the model");
    const where = conditions === null ? null : JSON.stringify(conditions);
    return desk.publish(model, { role: "challenger", percent: wish.percent, where, rescorePerSecond: perPartition(wish) }, false);
  });
}

/** Leads a second and partition that a shadow begins with: it has no effect that could come too fast. */
const SHADOW_PACE = 1_000;

/** The model scores beside the one in force, without effect. */
export function beginShadow(workplace: Workplace, file: string): Promise<Publication> {
  const model = readModel(modelFile(workplace.dataDir, file));
  return atDesk(workplace, (desk) => desk.publish(model, { ...everyLead, role: "shadow", rescorePerSecond: SHADOW_PACE }, false));
}

/** Which publication is published anew for every lead: the pilot's (promoted), the present one (the trial ends), or the one before it (roll back). */
export type Again = "promote" | "end-trial" | "rollback";

export function publishAgain(workplace: Workplace, which: Again, wish: RescoreWish): Promise<Publication> {
  return atDesk(workplace, async (desk) => {
    const models = await desk.published();
    const chosen = chooseAgain(models, which);
    return desk.publish(await desk.documentOf(chosen), { ...everyLead, rescorePerSecond: perPartition(wish) }, true);
  });
}

/** Throws WISH_INVALID when there is no such publication. */
export function chooseAgain(models: readonly PublishedModel[], which: Again): PublishedModel {
  const now = standings(models);
  const standing = (wanted: string): PublishedModel | undefined => models[now.indexOf(wanted as (typeof now)[number])];
  switch (which) {
    case "promote": {
      const tried = standing("pilot") ?? standing("shadow");
      if (tried === undefined) throw refuse("no model is being tried: publish a file instead");
      return tried;
    }
    case "end-trial": {
      const present = standing("in effect");
      if (present === undefined || (standing("pilot") ?? standing("shadow")) === undefined) throw refuse("no model is being tried");
      return present;
    }
    case "rollback": {
      const former = beforePresent(models);
      if (former === null) throw refuse("no other model was in effect before the present one");
      return former;
    }
  }
}
