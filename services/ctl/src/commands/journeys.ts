import { LocalStackError } from "@leadstream/infra-local";
import type { Command } from "commander";
import { z } from "zod";
import { type Table, tableText, whole } from "../learning/table.ts";
import { openWorkplace, runningStack, type Workplace } from "../workplace.ts";
import { endOfJourney } from "./documents.ts";
import { publishDocument } from "./publish-files.ts";

const count = z.int().min(0);
const journeysShape = z.object({
  rows: z.array(
    z.object({
      journey: z.string(),
      version: count,
      state: z.string(),
      priority: count,
      goal: z.array(z.string()),
      entered: count,
      inside: count,
      converted: count,
      messages: count,
      opened: count,
      clicked: count,
      stops: z.record(z.string(), count),
    }),
  ),
});
type Journeys = z.output<typeof journeysShape>["rows"];

export function journeyTable(rows: Journeys): Table {
  return {
    title: "Journeys",
    columns: [
      "journey",
      "version",
      "state",
      "priority",
      "goal",
      "entered",
      "inside",
      "converted",
      "messages",
      "opened",
      "clicked",
      "left because",
    ],
    rows: rows.map(({ journey, version, state, priority, goal, stops, ...counts }) => [
      journey,
      String(version),
      state,
      String(priority),
      goal.join(", ") || "sales gets it",
      ...[counts.entered, counts.inside, counts.converted, counts.messages, counts.opened, counts.clicked].map(whole),
      Object.entries(stops)
        .map(([reason, runs]) => `${reason} ${runs}`)
        .join(", "),
    ]),
    note: "A lead that fits several enters the one with the highest priority, then the first by name; it is in one at a time.",
  };
}

async function journeysOf(workplace: Workplace): Promise<Journeys> {
  const answer = await fetch(`${runningStack(workplace).urls.analytics}/v1/journeys`);
  if (answer.ok) return journeysShape.parse(await answer.json()).rows;
  throw new LocalStackError("NOT_RUNNING", `analytics answers ${answer.status}: look at its log, or start the stack again`);
}

/** Throws NOT_RUNNING for a journey that nobody published. */
async function end(workplace: Workplace, name: string): Promise<void> {
  const known = (await journeysOf(workplace)).map(({ journey }) => journey);
  if (!known.includes(name)) {
    throw new LocalStackError("NOT_RUNNING", `no journey is named ${name}; give one of ${known.join(", ") || "those that you publish"}`);
  }
  const { version } = await publishDocument(workplace, endOfJourney(name));
  console.log(`journey ${name} is ended as version ${version}: who was in it leaves`);
}

/** `leadstream journeys …`. */
export function registerJourneys(program: Command): void {
  const journeys = program.command("journeys").description("journeys in force, who is in them, and what became of their messages");
  journeys
    .command("list", { isDefault: true })
    .description("every journey that was published")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const rows = await journeysOf(openWorkplace());
      console.log(json === true ? JSON.stringify(rows, null, 2) : tableText(journeyTable(rows)));
    });
  journeys
    .command("end <name>")
    .description("nobody enters it any more, and who is in it leaves; publish its file to begin it anew")
    .action((name: string) => end(openWorkplace(), name));
}
