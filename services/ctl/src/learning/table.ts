/** A table for people: the same for the terminal and for HTML. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** A sentence below. */
  readonly note?: string;
}

export const percent = (share: number | null, digits = 1): string => (share === null ? "–" : `${(share * 100).toFixed(digits)} %`);
export const decimal = (value: number | null, digits = 3): string => (value === null ? "–" : value.toFixed(digits));
export const whole = (value: number): string => Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
export const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
export const money = (hundredths: number | null): string => (hundredths === null ? "–" : whole(hundredths / 100));

const NUMBER = /^[-+]?[\d\s.,]*\d[\d\s.,]*( %| points)?$|^–$/;
/** Right-aligned where every cell is a number. */
export const isNumeric = (table: Table, column: number): boolean => table.rows.every((row) => NUMBER.test(row[column] ?? ""));

export function tableText(table: Table): string {
  const widths = table.columns.map((name, column) =>
    table.rows.reduce((most, row) => Math.max(most, (row[column] ?? "").length), name.length),
  );
  const numeric = table.columns.map((_, column) => isNumeric(table, column));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => (numeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join("  ")}`.trimEnd();
  const body = table.rows.length === 0 ? ["  none"] : [line(table.columns), ...table.rows.map(line)];
  return [`\n${table.title}`, ...body, ...(table.note === undefined ? [] : [`  ${table.note}`])].join("\n");
}
