import { decisionChainSymbols, needSymbols } from "@leadstream/schemas";
import { z } from "zod";
import { bounds } from "../bounds.ts";
import { openMap, openText } from "./fields.ts";

const money = () => z.number().min(0).max(bounds.moneyUnits);

/** What is said of a lead beside the ways to reach it; stays readable, so that rules can see it. */
export const profileShape = z
  .strictObject({
    title: z.string().max(bounds.shortTextCharacters).nullish().describe("Job title, English or Chinese. Only its class stays readable."),
    industry: openText(bounds.shortTextCharacters).nullish().describe("Industry, English or Chinese."),
    country: z.string().max(bounds.nameCharacters).nullish().describe("ISO 3166-1 code, or the English or Chinese name."),
    region: openText(bounds.shortTextCharacters).nullish().describe("Sales region or province. Default: the region of the country."),
    language: z.string().max(bounds.shortTextCharacters).nullish().describe("BCP 47 tag or name."),
    companySize: z
      .union([z.number().min(0).max(bounds.companySize), z.string().max(bounds.tagCharacters)])
      .nullish()
      .describe("Employees: a number, or a range such as 51-200 (its lower end counts)."),
    annualRevenue: money().nullish().describe("Whole currency units a year."),
    productLine: openText(bounds.shortTextCharacters).nullish().describe("Product line of interest."),
    need: z.enum(needSymbols).nullish().describe("How far a need is known."),
    budget: money().nullish().describe("Whole currency units."),
    budgetClear: z.boolean().nullish().describe("Whether the budget is settled. Default: true where a budget is given."),
    decisionChain: z.enum(decisionChainSymbols).nullish().describe("Whether it is known who decides."),
    painPoint: openText(bounds.shortTextCharacters).nullish().describe("A category, not free text."),
    tags: z.array(openText(bounds.tagCharacters).min(1)).max(bounds.tags).nullish().describe("Searchable labels."),
    custom: openMap().nullish().describe("Fields of your own. Keep personal data out: they stay readable."),
  })
  .describe("What is known of the lead. Fields that are given replace what was known.");
export type ProfileInput = z.infer<typeof profileShape>;
