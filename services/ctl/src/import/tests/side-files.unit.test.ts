import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Trial } from "./trial.ts";

describe("an import", () => {
  let trial: Trial;
  beforeEach(() => {
    trial = new Trial();
  });
  afterEach(() => trial[Symbol.dispose]());

  it("joins side files, and spend rows have no lead", async () => {
    trial.mapping = trial.write(
      "spend.yaml",
      `name: ads
file: { delimiter: ";" }
joins:
  shop: { file: shops.csv, key: id, on: "\${shop}" }
times: { day: { text: "\${day}", format: d.M.yyyy } }
events:
  - kind: spend
    at: day
    fields: { channel: "\${shop.channel}", amount: { text: "\${cost}", number: { decimal: "," } }, currency: EUR, clicks: "\${clicks}" }
`,
    );
    trial.write("shops.csv", "id;channel\n1;SEM\n2;Partner\n");
    trial.file = trial.write("ads.csv.gz", "shop;day;cost;clicks\n1;3.2.2020;12,5;7\n3;3.2.2020;1;1\n");
    const report = await trial.run();
    expect(trial.log.events).toEqual([
      {
        kind: "spend",
        eventId: "ads-ads-1-1",
        leadId: null,
        input: {
          eventId: "ads-ads-1-1",
          occurredAt: Date.parse("2020-02-03"),
          imported: true,
          channel: "SEM",
          amount: 12.5,
          currency: "EUR",
          clicks: 7,
        },
      },
    ]);
    expect(readFileSync(report.rejectsPath as string, "utf8").split("\n")[1]).toMatch(/^2,3,joins\.shop,finds nothing in the side file,/);
    trial.write("shops.csv", "id;channel\n1;SEM\n1;Partner\n");
    await expect(trial.run()).rejects.toMatchObject({ code: "SIDE_FILE_INVALID" });
    trial.write("shops.csv", "shop;channel\n1;SEM\n");
    await expect(trial.run()).rejects.toThrow(/has no column `id`. Known are shop, channel/);
  });
});
