/** Largest sizes that the edge lets in. They bound the record on the log, not what a form may ask. */
export const bounds = {
  idCharacters: 128,
  nameCharacters: 200,
  emailCharacters: 254,
  phoneCharacters: 40,
  shortTextCharacters: 200,
  contentCharacters: 500,
  freeTextCharacters: 4000,
  tags: 32,
  tagCharacters: 64,
  mapEntries: 64,
  mapKeyCharacters: 64,
  mapValueCharacters: 512,
  /** People: larger than any employer. */
  companySize: 10_000_000,
  /** Whole currency units. */
  moneyUnits: 1_000_000_000_000,
  /** 30 days. */
  dwellMs: 2_592_000_000,
  counter: 1_000_000_000_000,
  epoch: 1_000_000_000,
  /** End of the year 9999, ms since epoch: wrong clocks inside it are clamped by the scorer, not refused here (F17). */
  timeMs: 253_402_300_799_999,
  ageYears: 150,
} as const;
