import type { StackUnderTest } from "./stack-under-test.ts";

/** 68 points of the default model: known, willing, not yet ready for sales. A demo request makes it 88 and grade A. */
export const promisingLead = (leadId: string) => ({
  leadId,
  eventId: `${leadId}-capture`,
  channel: "website",
  contact: { name: "Ada Abel", email: `${leadId}@acme-works.example` },
  profile: {
    title: "Founder",
    industry: "manufacturing",
    country: "DE",
    companySize: 400,
    need: "stated",
    budget: 600_000,
    budgetClear: true,
    decisionChain: "clear",
  },
});

/** Posts and throws when it was not accepted. */
export async function accept(stack: StackUnderTest, path: string, body: object): Promise<void> {
  const { status, body: answer } = await stack.post(path, body);
  if (status !== 202) throw new Error(`${path} answered ${status}: ${JSON.stringify(answer)}`);
}
