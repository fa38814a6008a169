// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of mappings
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { parseYamlDocument } from "@leadstream/config";
import { mappingShape } from "../mapping.ts";
import { holdsPersonal } from "../personal-fields.ts";
import { checkMapping, readMapping } from "../read-mapping.ts";
import { Trial } from "./trial.ts";

const valid = `name: deals
key: "\${id}"
lead: "deal-\${id}"
set:
  word: { text: "\${stage}", map: { won: Won } }
joins:
  shop: { file: shops.csv, key: shop, on: "\${shop}" }
times:
  seen: { text: "\${date}" }
events:
  - kind: capture
    at: seen
    fields:
      channel: "\${shop.channel}"
      profile: { custom: { stage: "\${word}" } }
  - kind: touch
    when: { stage: Won }
    repeat: "\${calls}"
    at: { time: seen, every: 1d }
    fields: { kind: call, properties: { number: "\${repeat.number}" } }
`;
const headers = { columns: ["id", "stage", "shop", "date", "calls"], joined: { shop: ["shop", "channel"] } };

describe("a mapping", () => {
  let trial: Trial;
  beforeEach(() => {
    trial = new Trial();
  });
  afterEach(() => trial[Symbol.dispose]());

  const faultsOf = async (text: string): Promise<string> => {
    try {
      checkMapping(await readMapping(trial.write("m.yaml", text)), headers);
    } catch (error) {
      return (error as Error).message.replaceAll(trial.folder.path, "");
    }
    return "none";
  };

  it("is taken when every name is known", async () => {
    expect(await faultsOf(valid)).toBe("none");
  });

  it.each<[string, string, string, RegExp]>([
    [
      "an unknown column",
      "${date}",
      "${dtae}",
      /m\.yaml:9 times\.seen\.text: no column `dtae`: known are id, stage, shop, date, calls, row\.number/,
    ],
    ["an unknown column of a condition", "when: { stage", "when: { stge", /m\.yaml:17 events\.1\.when\.stge: no column `stge`/],
    ["an unknown column of a side file", "shop.channel", "shop.chanel", /:14 .*no column `shop\.chanel`: known are .*shop\.channel/],
    ["a joined column before the join", '${stage}", map', '${shop.channel}", map', /:5 set\.word\.text: no column `shop\.channel`/],
    ["the number of a repeat outside of one", "${word}", "${repeat.number}", /:15 .*no column `repeat\.number`/],
    ["an unknown time", "at: seen", "at: sean", /:12 events\.0\.at: no time `sean` under times: known are seen/],
    ["an unknown field", 'channel: "', 'chanel: "', /:14 events\.0\.fields: Unrecognized key: "chanel"/],
    ["a field that the importer gives", 'channel: "', 'eventId: "', /:14 events\.0\.fields: Unrecognized key: "eventId"/],
    ["an unknown kind", "kind: touch", "kind: click", /:16 events\.1\.kind/],
    ["a format that is none", 'text: "${date}"', 'text: "${date}", format: dd.MM', /:9 times\.seen\.format: is no format: give iso/],
    ["a duration that is none", "every: 1d", "every: 1w", /:19 events\.1\.at/],
    ["a name that `set` may not take", "word:", "stage:", /:5 set\.stage: the file has a column `stage` already/],
    ["an unknown treatment", "map: {", "mapp: {", /:5 set\.word: Unrecognized key: "mapp"/],
    ["broken YAML", "events:", "events", /m\.yaml:\d+: not YAML/],
  ])("is refused for %s, with its line", async (_, from, to, message) => {
    expect(valid).toContain(from);
    expect(await faultsOf(valid.replace(from, to))).toMatch(message);
  });

  it("that is not there is named", async () => {
    await expect(readMapping(join(trial.folder.path, "none.yaml"))).rejects.toThrow(/none\.yaml: there is no such mapping/);
  });

  it("is known to hold personal data, which only the collector may seal", () => {
    const held = (fields: string) =>
      holdsPersonal(parseYamlDocument(valid.replace("properties: {", `${fields}, properties: {`), mappingShape, "m"));
    expect(held("content: x")).toBe(false);
    expect(held('contact: { email: "${id}" }')).toBe(true);
    expect(held("profile: { title: CEO }")).toBe(true);
    expect(held("profile: { industry: retail }")).toBe(false);
  });

  it("of the examples is valid", async () => {
    const folder = join(import.meta.dirname, "../../../../../infra/examples/import");
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) expect((await readMapping(join(folder, file))).mapping.events.length).toBeGreaterThan(0);
  });
});
