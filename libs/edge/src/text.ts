const CONTROLS = /[\p{Cc}\p{Cf}]+/gu;
const CONTROLS_BUT_LINES = /[^\S\n]+|(?!\n)[\p{Cc}\p{Cf}]+/gu;
const SPACES = /\s+/gu;
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/** One line: compatibility forms folded (NFKC), control characters out, spaces single. Empty becomes null. Idempotent. */
export function line(text: string): string | null {
  if (PLAIN.test(text)) return text;
  const folded = text
    .toWellFormed()
    .normalize("NFKC")
    .replace(SPACES, " ")
    .replace(CONTROLS, "")
    .normalize("NFKC")
    .replace(SPACES, " ")
    .trim();
  return folded === "" ? null : folded;
}

/** Free text: line breaks stay, other control characters go. Empty becomes null. Idempotent. */
export function paragraph(text: string): string | null {
  if (PLAIN.test(text)) return text;
  const folded = text
    .toWellFormed()
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    .replace(CONTROLS_BUT_LINES, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return folded === "" ? null : folded;
}

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Lower-case words joined by hyphens, any script: `White Paper` → `white-paper`. Nothing left becomes null. Idempotent. */
export function slug(text: string): string | null {
  if (SLUG.test(text)) return text;
  const words = text
    .toWellFormed()
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return words === "" ? null : words;
}

const EMAIL_INSIDE = /[\p{L}\p{N}._%+-]@[\p{L}\p{N}-]+\.[\p{L}\p{N}]/u;

/** Open fields stay readable on the log for ever, so an address must not slip into one (I12). */
export function holdsEmail(text: string): boolean {
  return text.includes("@") && EMAIL_INSIDE.test(text);
}
