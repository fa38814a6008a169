/** What an event says of the lead's consent to messages. */
export type Consent = "given" | "withdrawn";

/** Kinds of touch by which a lead itself says it; sales and other systems use the statuses `opt_in` and `opt_out`. */
export function consentOfTouch(kind: string | null): Consent | null {
  if (kind === "unsubscribe") return "withdrawn";
  return kind === "subscribe" ? "given" : null;
}
