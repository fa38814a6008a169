import type { Signal } from "@leadstream/schemas";

type Deal = Pick<Signal, "amount" | "currency">;

/** What won deals count for sales targets, by the rates of the tests' policies: a dollar is half a euro, a yen has no rate. */
export class DealChecker {
  private last: Deal = { amount: null, currency: null };
  private readonly fault: (text: string) => void;
  private readonly count: (name: string) => void;

  constructor(fault: (text: string) => void, count: (name: string) => void) {
    this.fault = fault;
    this.count = count;
  }

  /** The status that a case received last. */
  reported(deal: Deal): void {
    this.last = deal;
  }

  /** What the case told the team of it. */
  counted(counts: number | null): void {
    const { amount, currency } = this.last;
    const expected = amount === null || currency === "JPY" ? null : currency === "USD" ? Math.ceil(amount / 2) : amount;
    if (counts !== expected) this.fault(`a deal of ${amount} ${currency} counts as ${counts}, not ${expected}`);
    this.count(`deals in ${currency ?? "no currency"}`);
  }
}
