import type { Profile } from "./generated/codecs.ts";

/** A profile of which nothing is known. */
export const emptyProfile: Profile = {
  titleClass: null,
  industry: null,
  country: null,
  region: null,
  language: null,
  companySize: null,
  annualRevenue: null,
  emailKind: null,
  productLine: null,
  need: null,
  budget: null,
  budgetClear: null,
  decisionChain: null,
  painPoint: null,
  hasContact: false,
  hasNeed: false,
  tags: [],
  custom: {},
};
