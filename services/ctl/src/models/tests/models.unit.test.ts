import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readYamlDocument } from "@leadstream/config";
import { everyLead, type ModelPublished, type WireFormat } from "@leadstream/schemas";
import { z } from "zod";
import type { PublishableDocument } from "../../commands/documents.ts";
import { PublicationLedger, type PublishPorts, publish } from "../../commands/publish.ts";
import { chooseAgain } from "../change-models.ts";
import { drafts, keepDraft, modelFile } from "../drafts.ts";
import { modelTable } from "../list-models.ts";
import { pilotConditions } from "../pilot-conditions.ts";
import { type PublishedModel, standings } from "../published-models.ts";

const root = join(import.meta.dirname, "../../../../..");
const starter = join(root, "infra/examples/models/starter.yaml");
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "models-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe("drafts", () => {
  it("are kept under the model's name and found by it", () => {
    const draft = keepDraft(dataDir, starter);
    expect(drafts(dataDir)).toEqual([draft]);
    expect([modelFile(dataDir, "starter"), modelFile(dataDir, starter)]).toEqual([draft.path, starter]);
  });

  it("are checked: a broken model is not kept, and an unknown name is refused", () => {
    const broken = join(dataDir, "broken.yaml");
    writeFileSync(broken, "name: broken\nversion: 1\nbands: []\n");
    expect(() => keepDraft(dataDir, broken)).toThrow("names no band");
    expect(drafts(dataDir)).toEqual([]);
    expect(() => modelFile(dataDir, "nothing")).toThrow("neither a file nor a draft");
  });
});

describe("the terms of a pilot", () => {
  const policy = JSON.stringify(readYamlDocument(join(root, "infra/examples/policies/default.yaml"), z.unknown()));

  it("are conditions of the profile; nothing given means every lead", () => {
    expect(pilotConditions({ percent: 50 }, null)).toBeNull();
    expect(pilotConditions({ percent: 50, region: ["emea"], where: ["companySize=100", "tags=vip,key"] }, null)).toEqual({
      region: ["emea"],
      companySize: [100],
      tags: ["vip", "key"],
    });
  });

  it("of a team are those of the rules whose first choice it is", () => {
    expect(pilotConditions({ percent: 100, team: "americas" }, policy)).toEqual({ region: ["americas"] });
    expect(pilotConditions({ percent: 100, team: "emea" }, policy)).toEqual({
      any: [{ region: ["emea"], industry: ["manufacturing"] }, { region: ["emea"] }],
    });
    expect(pilotConditions({ percent: 100, team: "key-accounts" }, policy)).toMatchObject({
      any: [{ channel: ["partner"] }, { companySize: { atLeast: 1_000 } }],
    });
  });

  it.each([
    [{ percent: 0 }, "percent"],
    [{ percent: 50, where: ["shoeSize=4"] }, "--where shoeSize"],
    [{ percent: 50, where: ["nonsense"] }, "no condition"],
    [{ percent: 50, where: ["industry=retail,SaaS"] }, "--where industry.1: never occurs: events say software for it. Use software"],
    [{ percent: 50, team: "nobody" }, "no rule of the policy"],
    [{ percent: 50, team: "americas", region: ["emea"] }, "--team"],
  ])("%j is refused and says why", (wish, words) => {
    expect(() => pilotConditions(wish, policy)).toThrow(words);
  });
});

const published = (version: number, role: PublishedModel["role"], fingerprint: string): PublishedModel => ({
  version,
  name: "m",
  fingerprint,
  role,
  percent: role === "challenger" ? 50 : 100,
  conditions: "",
  publishedAt: version,
  leads: version,
});

describe("what each publication is now", () => {
  const models = [
    published(5, "challenger", "b"),
    published(4, "shadow", "c"),
    published(3, "champion", "a"),
    published(2, "challenger", "b"),
  ];
  const all = [...models, published(1, "champion", "z")];

  it("follows from versions and roles alone", () => {
    expect(standings(all)).toEqual(["pilot", "shadow", "in effect", "former", "former"]);
    expect(modelTable(all, []).rows.map((row) => row.slice(1, 4))).toEqual([
      ["5", "pilot", "50 %"],
      ["4", "shadow", "no effect"],
      ["3", "in effect", "every lead"],
      ["2", "former", "50 %"],
      ["1", "former", "every lead"],
    ]);
  });

  it("says what is promoted, what a trial's end publishes, and what a roll back takes up", () => {
    expect((["promote", "end-trial", "rollback"] as const).map((which) => chooseAgain(all, which).version)).toEqual([5, 3, 1]);
    expect(() => chooseAgain([published(1, "champion", "a")], "rollback")).toThrow("no other model");
    expect(() => chooseAgain([published(1, "champion", "a")], "promote")).toThrow("no model is being tried");
    // A champion that was published anew to end a trial is not "another model".
    expect(chooseAgain([published(6, "champion", "a"), ...all], "rollback").version).toBe(1);
  });
});

describe("publishing", () => {
  const sent: ModelPublished[] = [];
  const ports = (): PublishPorts => ({
    producer: {
      send: async (_topic: unknown, _partition: unknown, _key: unknown, value: Buffer) => {
        sent.push(wire.decode(value));
        return { partition: 0, offset: 0 };
      },
    } as unknown as PublishPorts["producer"],
    wire: wire.format,
    ledger: new PublicationLedger(dataDir),
    leadPartitions: 2,
    versionInLog: async () => 0,
  });
  const wire = {
    format: {
      write: (writer: { string(text: string): void }, _type: string, value: unknown) => writer.string(JSON.stringify(value)),
    } as unknown as WireFormat,
    decode: (bytes: Buffer): ModelPublished => JSON.parse(bytes.subarray(bytes.indexOf("{")).toString()) as ModelPublished,
  };
  const model = (fingerprint: string, terms = everyLead): PublishableDocument => ({
    kind: "model",
    name: "m",
    document: "{}",
    fingerprint,
    terms,
  });
  const trial = { ...everyLead, role: "challenger", percent: 50 } as const;

  it("numbers models in one row, tells what is in force already, and a model for every lead ends what was tried", async () => {
    sent.length = 0;
    const versions: (number | string)[] = [];
    const say = async (document: PublishableDocument, again = false): Promise<void> => {
      const { version, changed } = await publish(document, ports(), { again });
      versions.push(changed ? version : `still ${version}`);
    };
    await say(model("a"));
    await say(model("b", trial));
    await say(model("b", trial));
    await say(model("a"));
    await say(model("a"), true);
    await say(model("b", trial));
    await say(model("b"));
    expect(versions).toEqual([1, 2, "still 2", "still 1", 3, 4, 5]);
    expect(sent.filter(({ version }) => version === 4)).toMatchObject([trial, trial]);
  });
});
