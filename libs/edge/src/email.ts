import { disposableDomains, freeDomains, tagDroppingDomains } from "./email-domains.ts";

export interface Email {
  /** As the person writes it: trimmed, lower case, international domain in its ASCII form. */
  readonly address: string;
  /** What identifies the mailbox: without the tag, and without dots where the provider ignores them. */
  readonly mailbox: string;
  readonly kind: EmailKind;
}
export type EmailKind = "corporate" | "free" | "disposable";

const LOCAL = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const ASCII_DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;
const MAXIMUM_LOCAL_CHARACTERS = 64;
const MAXIMUM_CHARACTERS = 254;

/** Normalises an e-mail address (C4), or null when it is none. Idempotent on `address`. */
export function normaliseEmail(text: string): Email | null {
  const folded = text.trim().normalize("NFKC").toLowerCase().normalize("NFKC").trim();
  const bare = folded.startsWith("mailto:") ? folded.slice(7) : folded;
  const at = bare.lastIndexOf("@");
  if (at < 1) return null;
  const local = bare.slice(0, at);
  if (local.length > MAXIMUM_LOCAL_CHARACTERS || !LOCAL.test(local)) return null;
  const domain = asciiDomain(bare.slice(at + 1));
  if (domain === null) return null;
  const address = `${local}@${domain}`;
  if (address.length > MAXIMUM_CHARACTERS) return null;
  return { address, mailbox: mailboxOf(local, domain), kind: kindOf(domain) };
}

function asciiDomain(text: string): string | null {
  if (ASCII_DOMAIN.test(text)) return text;
  // Only hosts with foreign letters take the slow way; anything that could be a path, port or user is refused before.
  if (!/^[\p{L}\p{N}\p{M}.。-]+$/u.test(text)) return null;
  const parsed = URL.parse(`http://${text}`);
  if (parsed === null) return null;
  return ASCII_DOMAIN.test(parsed.hostname) ? parsed.hostname : null;
}

function mailboxOf(local: string, domain: string): string {
  const rule = tagDroppingDomains.get(domain);
  if (rule === undefined) return `${local}@${domain}`;
  const plus = local.indexOf("+");
  const untagged = plus > 0 ? local.slice(0, plus) : local;
  return `${rule.dots ? untagged.replaceAll(".", "") : untagged}@${rule.domain}`;
}

function kindOf(domain: string): EmailKind {
  if (listed(disposableDomains, domain)) return "disposable";
  return listed(freeDomains, domain) ? "free" : "corporate";
}

/** A subdomain of a listed domain is of the same kind. */
function listed(domains: ReadonlySet<string>, domain: string): boolean {
  for (let rest = domain; ; ) {
    if (domains.has(rest)) return true;
    const dot = rest.indexOf(".");
    if (dot < 0) return false;
    rest = rest.slice(dot + 1);
  }
}
