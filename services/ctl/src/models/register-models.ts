import { type Command, InvalidArgumentError } from "commander";
import type { Publication } from "../commands/publish.ts";
import type { Workplace } from "../workplace.ts";
import { type Again, beginPilot, beginShadow, publishAgain, publishForAll } from "./change-models.ts";
import { keepDraft } from "./drafts.ts";
import { listModels } from "./list-models.ts";
import { showDrift } from "./show-drift.ts";

/** Leads a second that `--rescore` without a number takes: a million leads in a little over four minutes, in pauses of some 12 ms of processor time. */
const USUAL_RATE = 4_000;
const MOST_RATE = 100_000;

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`give a whole number from ${least} to ${most}`);
  };
const more = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

interface RescoreOption {
  readonly rescore?: number | true;
}
const rateOf = ({ rescore }: RescoreOption): { rescore?: number } =>
  rescore === undefined ? {} : { rescore: rescore === true ? USUAL_RATE : rescore };

const rescoring = (command: Command): Command =>
  command.option(
    "--rescore [leads-per-second]",
    `score every lead anew at this rate instead of each with its next event (default ${USUAL_RATE})`,
    whole(1, MOST_RATE),
  );

/** `leadstream models …` and what `publish model` does. */
export function registerModels(program: Command, open: () => Workplace): void {
  const models = program.command("models").description("drafts, trials and versions of the scoring model");
  models
    .command("list", { isDefault: true })
    .description("what is drafted, tried, in effect, and what was")
    .option("--json", "one JSON object")
    .action(({ json }: { json?: boolean }) => listModels(open(), json === true));
  models
    .command("draft <yaml>")
    .description("check a model and keep it under its name; it has no effect")
    .action((file: string) => {
      const { name, path } = keepDraft(open().dataDir, file);
      console.log(`draft ${name} is kept in ${path}\nTry it: ./leadstream backtest --model ${path}, or ./leadstream models shadow ${name}`);
    });
  for (const parent of [models, program]) {
    parent
      .command("drift")
      .description("AUC and MQL to SQL by month, and whether it is time to learn or set weights anew")
      .option("--json", "one JSON object")
      .action(({ json }: { json?: boolean }) => showDrift(open(), json === true));
  }
  rescoring(models.command("pilot <model>"))
    .description("try a file or draft on a part of the leads; the others keep the model in effect")
    .option("--percent <share>", "this share of the leads, always the same ones", whole(1, 100), 100)
    .option("--region <region>", "leads of this region; may be repeated", more)
    .option("--where <field=value>", "leads whose profile says so, such as industry=retail,banking; may be repeated", more)
    .option("--team <team>", "leads that fit a rule of the routing policy whose first choice is this team")
    .action(async (file: string, wish: { percent: number; region?: string[]; where?: string[]; team?: string } & RescoreOption) => {
      const { rescore, ...whom } = wish;
      told(await beginPilot(open(), file, { ...whom, ...rateOf(rescore === undefined ? {} : { rescore }) }), "is tried");
    });
  models
    .command("shadow <model>")
    .description(
      "let a file or draft score every lead beside the model in effect, without any effect, until end-trial or a model for every lead",
    )
    .action(async (file: string) => {
      told(await beginShadow(open(), file), "runs in the shadow");
      console.log(
        "The stack runs the shadow's process from now on (./leadstream status). Differences: the dashboard, GET /v1/model/versions",
      );
    });
  const again: Readonly<Record<Again, string>> = {
    promote: "the model that is tried takes effect for every lead",
    "end-trial": "the model in effect is published anew, which ends pilot and shadow",
    rollback: "the model that was in effect before is published anew, under a new version",
  };
  for (const [which, description] of Object.entries(again) as [Again, string][]) {
    rescoring(models.command(which))
      .description(description)
      .action(async (wish: RescoreOption) => told(await publishAgain(open(), which, rateOf(wish)), "takes effect"));
  }
}

/** `leadstream publish model <yaml>`. */
export async function publishModel(workplace: Workplace, file: string, wish: RescoreOption): Promise<void> {
  told(await publishForAll(workplace, file, rateOf(wish)), "takes effect");
}

export { rescoring };

function told({ name, version, changed }: Publication, what: string): void {
  console.log(changed ? `model ${name} ${what} as version ${version}` : `model ${name} is published so already, as version ${version}`);
}
