import { describe, expect, it } from "@jest/globals";
import { memoryKeys, mirrored, testContext } from "../tests/edge-context.ts";
import { type EdgeResult, type Fault, readPersonalData, toCapture, toCommand, toSpend, toStatus, toTouch } from "./index.ts";

function accepted<T>(result: EdgeResult<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.record;
}
function refused(result: EdgeResult<unknown>): readonly Fault[] {
  if (result.ok) throw new Error("was accepted");
  return result.faults;
}
const fieldsOf = (result: EdgeResult<unknown>): string[] => refused(result).map((fault) => fault.field);

const lead = {
  eventId: "form-1",
  occurredAt: "2026-03-31T09:00:00+08:00",
  channel: "SEO",
  keyword: "crm",
  capturePoint: "Form",
  contact: { name: " 王  小明 ", email: "Wang@Example.com", phone: "138 0013 8000", company: "示例公司" },
  needDescription: "We need a CRM\r\nsoon",
  profile: {
    title: "市场总监",
    industry: "制造业",
    country: "China",
    region: "广东省",
    language: "zh-CN",
    companySize: "51-200",
    budget: 500000.9,
    decisionChain: "clear",
    need: "stated",
    tags: [" VIP ", "vip", "key"],
    custom: { seats: 20, trial: true, none: null },
  },
} as const;

describe("capture", () => {
  it("is normalised, derived and sealed", async () => {
    const keys = memoryKeys();
    const record = accepted(await toCapture(lead, testContext({ keys })));
    expect(record).toMatchObject({
      eventId: "form-1",
      occurredAt: Date.UTC(2026, 2, 31, 1),
      producer: "test",
      imported: false,
      channel: "search",
      keyword: "crm",
      capturePoint: "website-form",
      profile: {
        titleClass: "director",
        industry: "manufacturing",
        country: "CN",
        region: "south-china",
        language: "zh",
        companySize: 51,
        budget: 500000,
        budgetClear: true,
        emailKind: "corporate",
        need: "stated",
        decisionChain: "clear",
        hasContact: true,
        hasNeed: true,
        tags: ["vip", "key"],
        custom: { seats: "20", trial: "true" },
      },
    });
    expect(record.leadId).toMatch(/^l_[a-z0-9]{26}$/);
    expect(record.matchKeys).toHaveLength(2);
    expect(record.matchKeys.every((key) => !record.leadId.includes(key.slice(2)))).toBe(true);
    const open = JSON.stringify({ ...record, personal: null });
    for (const secret of ["小明", "example.com", "13800138000", "示例公司", "soon"]) expect(open).not.toContain(secret);
    expect(keys.leads.get(record.leadId)).toBe(record.personal?.keyId);
    expect(readPersonalData(mirrored(record.personal?.ciphertext as Uint8Array, 1))).toEqual({
      name: "王 小明",
      email: "wang@example.com",
      phone: "+8613800138000",
      company: "示例公司",
      title: "市场总监",
      needDescription: "We need a CRM\nsoon",
    });
  });

  it("derives one id from every way of writing the same address, and another from the phone", async () => {
    const idOf = async (contact: object): Promise<string> =>
      accepted(await toCapture({ channel: "web", contact }, testContext({ defaultCountry: "CN" }))).leadId;
    const ids = await Promise.all(
      ["a.da@gmail.com", "ADA+x@googlemail.com ", "ada@gmail.com"].map((email) => idOf({ email, phone: "13800138000" })),
    );
    expect(new Set(ids).size).toBe(1);
    const phones = await Promise.all(["13800138000", "+86 138 0013 8000"].map((phone) => idOf({ phone })));
    expect(new Set(phones).size).toBe(1);
    expect(phones[0]).not.toBe(ids[0]);
  });

  it("keeps a given id, seals nothing where nothing is personal, and assigns what is missing", async () => {
    const record = accepted(await toCapture({ leadId: "crm:7", channel: "web", contact: null, profile: { custom: {} } }, testContext()));
    expect(record).toMatchObject({ eventId: "id-0", leadId: "crm:7", occurredAt: testContext().now, personal: null, matchKeys: [] });
    expect(record.profile).toMatchObject({ hasContact: false, hasNeed: false, budgetClear: null, region: null });
  });

  it("takes the country of an international phone number, and the region of the country", async () => {
    const record = accepted(
      await toCapture({ channel: "web", contact: { phone: "+49 30 901820" } }, testContext({ defaultCountry: "CN" })),
    );
    expect(record.profile).toMatchObject({ country: "DE", region: "emea" });
  });

  it("names every fault at once, with reason and remedy, and never the value", async () => {
    const secret = "s3cret".repeat(100);
    const result = await toCapture(
      {
        eventId: "bad id",
        occurredAt: "yesterday",
        channel: " ",
        keyword: secret,
        imported: "yes",
        surprise: 1,
        contact: { email: "nobody", phone: "12", nickname: "x" },
        profile: {
          country: "Atlantis",
          companySize: -5,
          annualRevenue: Number.NaN,
          budget: Number.POSITIVE_INFINITY,
          need: "urgent",
          painPoint: "ask ada@example.com",
          language: "!!",
          tags: ["ok", 3],
          custom: { age: -3, "": 1, big: 1e300 },
        },
      },
      testContext(),
    );
    expect(fieldsOf(result).sort()).toEqual([
      "channel",
      "contact.email",
      "contact.nickname",
      "contact.phone",
      "eventId",
      "imported",
      "keyword",
      "occurredAt",
      "profile.annualRevenue",
      "profile.budget",
      "profile.companySize",
      "profile.country",
      "profile.custom.",
      "profile.custom.age",
      "profile.custom.big",
      "profile.language",
      "profile.need",
      "profile.painPoint",
      "profile.tags[1]",
      "surprise",
    ]);
    for (const fault of refused(result)) {
      expect(fault.reason.length).toBeGreaterThan(5);
      expect(fault.remedy.length).toBeGreaterThan(5);
    }
    expect(JSON.stringify(refused(result))).not.toMatch(/s3cret|nobody|Atlantis|urgent|ada@/);
  });

  it.each([
    ["NaN", { profile: { budget: Number.NaN } }, "profile.budget", /NaN/],
    ["an infinity", { profile: { companySize: Number.NEGATIVE_INFINITY } }, "profile.companySize", /infinite/],
    ["a huge number", { profile: { annualRevenue: 1e300 } }, "profile.annualRevenue", /large/],
    ["a negative number", { profile: { budget: -1 } }, "profile.budget", /small/],
    ["a negative age", { profile: { custom: { Age: "-1" } } }, "profile.custom.Age", /age/],
    ["10 MB of text", { needDescription: "x".repeat(10_000_000) }, "needDescription", /10000000 characters/],
    ["10 MB of open text", { campaign: "x".repeat(10_000_000) }, "campaign", /10000000 characters/],
    ["10 MB of e-mail", { contact: { email: `${"x".repeat(10_000_000)}@example.com` } }, "contact.email", /characters/],
    ["too many tags", { profile: { tags: new Array(33).fill("x") } }, "profile.tags", /33 entries/],
    [
      "too many custom fields",
      { profile: { custom: Object.fromEntries(new Array(65).fill(0).map((_, i) => [`k${i}`, i])) } },
      "profile.custom",
      /65 entries/,
    ],
    ["a nested value", { profile: { custom: { x: { y: 1 } } } }, "profile.custom.x", /object/],
    ["an imported event without its time", { imported: true }, "occurredAt", /missing/],
    ["a long key", { ["k".repeat(1000)]: 1 }, `${"k".repeat(120)}…`, /known/],
  ])("refuses %s by name", async (_name, part, field, reason) => {
    const faults = refused(await toCapture({ leadId: "l", channel: "web", ...part }, testContext()));
    expect(faults.map((fault) => fault.field)).toEqual([field]);
    expect(faults[0]?.reason).toMatch(reason);
  });

  it.each([[undefined], [null], [[]], ["text"], [7], [{}], [Object.create(null)], [() => 1]])(
    "refuses %p without throwing",
    async (input) => {
      expect(refused(await toCapture(input, testContext())).length).toBeGreaterThan(0);
    },
  );
});

describe("touch", () => {
  it("finds the lead by its address", async () => {
    const context = testContext();
    const capture = accepted(await toCapture({ channel: "web", contact: { email: "ada@example.com" } }, context));
    const touch = accepted(
      toTouch(
        {
          contact: { email: "ADA@example.com" },
          kind: "Demo",
          dwellMs: 1500.7,
          properties: { page: "/x", n: 3 },
          profile: { title: "CEO" },
        },
        context,
      ),
    );
    expect(touch).toMatchObject({
      leadId: capture.leadId,
      kind: "demo-request",
      dwellMs: 1500,
      properties: { page: "/x", n: "3" },
      profile: { titleClass: "executive" },
    });
  });
  it("needs a lead", () => {
    expect(fieldsOf(toTouch({ kind: "page-view" }, testContext()))).toEqual(["leadId"]);
    expect(fieldsOf(toTouch({ kind: "page-view", contact: { phone: "12" } }, testContext()))).toEqual(["contact.phone"]);
    expect(fieldsOf(toTouch({ leadId: "ada@example.com", kind: "page-view" }, testContext()))).toEqual(["leadId"]);
    expect(fieldsOf(toTouch({ leadId: "l", kind: "page-view", dwellMs: -1 }, testContext()))).toEqual(["dwellMs"]);
  });
});

describe("status", () => {
  it("counts money in hundredths and seals the note", async () => {
    const record = accepted(
      await toStatus(
        { leadId: "l", status: "won", amount: "1234.5", grossProfit: -0.05, currency: "eur", quality: 5, note: "call Ada" },
        testContext(),
      ),
    );
    expect(record).toMatchObject({ status: "won", amount: 123450, grossProfit: -5, currency: "EUR", quality: 5 });
    expect(readPersonalData(mirrored(record.personal?.ciphertext as Uint8Array, 1))).toEqual({ note: "call Ada" });
  });
  it("names what is wrong", async () => {
    expect(fieldsOf(await toStatus({ leadId: "l", status: "sold", amount: 1.999, quality: 6 }, testContext())).sort()).toEqual([
      "amount",
      "quality",
      "status",
    ]);
    expect(fieldsOf(await toStatus({ leadId: "l", status: "won", amount: -1 }, testContext()))).toEqual(["amount"]);
    expect(fieldsOf(await toStatus({ leadId: "l", status: "won", amount: 1 }, testContext()))).toEqual(["currency"]);
  });
});

describe("command", () => {
  it.each([
    [{ command: "claim" }, ["rep"]],
    [{ command: "transfer" }, ["toRep"]],
    [{ command: "explode" }, ["command"]],
    [{}, ["command"]],
    [{ command: "erase", epoch: 1.5 }, ["epoch"]],
  ])("%j", (part, fields) => {
    expect(fieldsOf(toCommand({ leadId: "l", ...part }, testContext()))).toEqual(fields);
  });
  it("is a record", () => {
    expect(accepted(toCommand({ leadId: "l", command: "transfer", toTeam: "north", epoch: 3 }, testContext()))).toMatchObject({
      toTeam: "north",
      toRep: null,
      epoch: 3,
    });
  });
});

describe("spend", () => {
  it("belongs to its UTC day", () => {
    expect(
      accepted(toSpend({ date: "2026-03-31T23:30:00-05:00", channel: "SEM", amount: 99.9, currency: "USD" }, testContext())),
    ).toMatchObject({
      occurredAt: Date.UTC(2026, 3, 1),
      channel: "paid-search",
      amount: 9990,
      kind: "media",
      impressions: 0,
    });
  });
  it("names what is wrong", () => {
    expect(fieldsOf(toSpend({ channel: "SEM", amount: 1, currency: "USD" }, testContext()))).toEqual(["date"]);
    expect(fieldsOf(toSpend({ date: "2026-03-31", channel: "", amount: "much", clicks: -1, kind: "beer" }, testContext())).sort()).toEqual([
      "amount",
      "channel",
      "clicks",
      "currency",
      "kind",
    ]);
  });
});
