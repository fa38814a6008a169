/** Offsets count characters of the text that was given; text read as latin1 therefore gives byte offsets. */
export type Token = { kind: "word" | "number" | "string" | "quoted" | "symbol"; text: string; start: number; end: number; depth: number };

const wordStart = /[A-Za-z_]/;
const wordPart = /[A-Za-z0-9_$]/;
const numberPart = /[A-Za-z0-9_.]/;
const blank = /[\s\u00a0\ufeff]/;

const closing: Record<string, true> = { ")": true, "]": true, "}": true };
const opening: Record<string, true> = { "(": true, "[": true, "{": true };

/** Past the closing quote; both `\'` and `''` stand for a quote inside. The end of the text when the quote stays open. */
const afterQuoted = (text: string, start: number): number => {
  const quote = text[start];
  let at = start + 1;
  while (at < text.length) {
    if (text[at] === "\\") at += 2;
    else if (text[at] !== quote) at += 1;
    else if (text[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return text.length;
};

const afterLine = (text: string, start: number): number => {
  const end = text.indexOf("\n", start);
  return end === -1 ? text.length : end + 1;
};

/** Past a comment that starts here, or the same place when none does. */
const afterComment = (text: string, start: number): number => {
  const two = text.slice(start, start + 2);
  if (two === "--" || two === "# " || two === "#!") return afterLine(text, start);
  if (two !== "/*") return start;
  const end = text.indexOf("*/", start + 2);
  return end === -1 ? text.length : end + 2;
};

const afterHeredoc = (text: string, start: number): number => {
  const tag = /^\$\w*\$/.exec(text.slice(start, start + 64))?.[0];
  if (tag === undefined) return start;
  const end = text.indexOf(tag, start + tag.length);
  return end === -1 ? start : end + tag.length;
};

const afterMatching = (text: string, start: number, part: RegExp): number => {
  let at = start;
  while (at < text.length && part.test(text[at] as string)) at += 1;
  return at;
};

/** Reads ClickHouse SQL one token at a time, so that inline insert data behind the statement is never looked at. */
export class SqlTokens {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Undefined at the end of the text. A bracket carries the depth outside of it. */
  next(): Token | undefined {
    this.#skipBlanks();
    const start = this.#at;
    const first = this.#text[start];
    if (first === undefined) return undefined;
    if (closing[first]) this.#depth = Math.max(0, this.#depth - 1);
    const { kind, end } = this.#read(first, start);
    this.#at = end;
    const token: Token = { kind, text: this.#text.slice(start, end), start, end, depth: this.#depth };
    if (opening[first]) this.#depth += 1;
    return token;
  }

  #skipBlanks(): void {
    for (;;) {
      const afterBlanks = afterMatching(this.#text, this.#at, blank);
      const afterIt = afterComment(this.#text, afterBlanks);
      if (afterIt === this.#at) return;
      this.#at = afterIt;
    }
  }

  #read(first: string, start: number): { kind: Token["kind"]; end: number } {
    if (wordStart.test(first)) return { kind: "word", end: afterMatching(this.#text, start, wordPart) };
    if (first === "'") return { kind: "string", end: afterQuoted(this.#text, start) };
    if (first === '"' || first === "`") return { kind: "quoted", end: afterQuoted(this.#text, start) };
    if (/[0-9]/.test(first)) return { kind: "number", end: afterMatching(this.#text, start, numberPart) };
    const heredocEnd = first === "$" ? afterHeredoc(this.#text, start) : start;
    return heredocEnd > start ? { kind: "string", end: heredocEnd } : { kind: "symbol", end: start + 1 };
  }
}

export const tokensOf = (text: string): Token[] => {
  const reader = new SqlTokens(text);
  const tokens: Token[] = [];
  for (let token = reader.next(); token !== undefined; token = reader.next()) tokens.push(token);
  return tokens;
};

export const isWord = (token: Token | undefined, word: string): boolean => token?.kind === "word" && token.text.toUpperCase() === word;
export const isSymbol = (token: Token | undefined, symbol: string): boolean => token?.kind === "symbol" && token.text === symbol;

/** A string literal that ClickHouse reads back as exactly this value. */
export const quoteString = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
export const quoteName = (name: string): string => `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
