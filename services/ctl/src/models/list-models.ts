import { type Table, tableText, whole } from "../learning/table.ts";
import { StackClients } from "../stack/clients.ts";
import { serverAddresses, type Workplace } from "../workplace.ts";
import { type Draft, drafts } from "./drafts.ts";
import { type ModelStanding, type PublishedModel, publishedModels, standings } from "./published-models.ts";

const instant = (time: number): string => new Date(time).toISOString().slice(0, 19).replace("T", " ");

function forWhom({ percent, conditions, role }: PublishedModel): string {
  if (role === "shadow") return "no effect";
  const share = percent === 100 ? "" : `${percent} %`;
  return [share, conditions].filter((part) => part !== "").join(" of ") || "every lead";
}

export function modelTable(models: readonly PublishedModel[], kept: readonly Draft[]): Table {
  const now: readonly ModelStanding[] = standings(models);
  return {
    title: "Models",
    columns: ["model", "version", "state", "for", "since", "leads scored last"],
    rows: [
      ...kept.map(({ name, keptAt, path }) => [name, "", "draft", path, instant(keptAt), ""]),
      ...models.map((model, index) => [
        model.name,
        String(model.version),
        now[index]!,
        now[index] === "former" && model.role === "champion" ? "every lead" : forWhom(model),
        instant(model.publishedAt),
        whole(model.leads),
      ]),
    ],
    note: "A publication takes effect with a lead's next event, or at once at the rate of --rescore: the last column shows how far it is.",
  };
}

/** Prints drafts, what is tried, what is in effect and what was. */
export async function listModels(workplace: Workplace, json: boolean): Promise<void> {
  const clients = new StackClients(serverAddresses(workplace), workplace.dataDir);
  try {
    const models = await publishedModels(clients.clickhouse());
    const kept = drafts(workplace.dataDir);
    const now = standings(models);
    if (json)
      console.log(JSON.stringify({ drafts: kept, published: models.map((model, index) => ({ ...model, state: now[index] })) }, null, 2));
    else console.log(tableText(modelTable(models, kept)));
  } finally {
    await clients.close();
  }
}
