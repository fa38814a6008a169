/** Splits a migration file at the semicolons outside of quotes and comments; comments stay with their statement. */
export function sqlStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let position = 0;
  let hasCode = false;
  while (position < text.length) {
    const character = text[position]!;
    const pair = text.slice(position, position + 2);
    if (pair === "--") position = endOf(text, "\n", position);
    else if (pair === "/*") position = endOf(text, "*/", position + 2);
    else if (character === "'" || character === '"' || character === "`") {
      position = endOfQuoted(text, position, character);
      hasCode = true;
    } else {
      if (character === ";") {
        if (hasCode) statements.push(text.slice(start, position).trim());
        start = position + 1;
        hasCode = false;
      } else if (character.trim() !== "") hasCode = true;
      position++;
    }
  }
  if (hasCode) statements.push(text.slice(start).trim());
  return statements;
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
}

function endOfQuoted(text: string, from: number, quote: string): number {
  let position = from + 1;
  while (position < text.length) {
    if (text[position] === "\\") position += 2;
    else if (text[position] === quote) {
      if (text[position + 1] !== quote) return position + 1;
      position += 2;
    } else position++;
  }
  return text.length;
}
