/** Moment of a row, or what is wrong with it. */
export type RowOrderTime =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly reason: "no month" | "no weekday" | "outside the month" };

export interface RowOrderStart {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** Of the first row of a day after midnight UTC. */
  readonly dayStartMs: number;
  /** Between two rows of one day. */
  readonly rowEveryMs: number;
}

const DAY_MS = 86_400_000;

/**
 * Dates of a file that stands in the order of time but names only month and weekday. The year goes up when the month falls back; within a month the
 * date goes forward to the next one with the row's weekday, so it moves at most six days from row to row. Rows of one day follow each other.
 * It holds the place reached: give it every row of the file, in order, also those that are not sent.
 */
export class RowOrderClock {
  private readonly start: RowOrderStart;
  private year: number;
  private month: number;
  private dayAt: number;
  private rowsOfDay = 0;

  constructor(start: RowOrderStart) {
    this.start = start;
    this.year = start.year;
    this.month = start.month;
    this.dayAt = Date.UTC(start.year, start.month - 1, 1);
  }

  /** `month` 1 to 12, `weekday` 0 (Monday) to 6. A row with a fault moves nothing. */
  next(month: number | null, weekday: number | null): RowOrderTime {
    if (month === null) return { ok: false, reason: "no month" };
    if (weekday === null) return { ok: false, reason: "no weekday" };
    const sameMonth = month === this.month;
    const year = month < this.month ? this.year + 1 : this.year;
    const from = sameMonth ? this.dayAt : Date.UTC(year, month - 1, 1);
    const dayAt = from + ((weekday - weekdayAt(from) + 7) % 7) * DAY_MS;
    if (new Date(dayAt).getUTCMonth() !== month - 1) return { ok: false, reason: "outside the month" };
    this.rowsOfDay = dayAt === this.dayAt ? this.rowsOfDay + 1 : 1;
    this.year = year;
    this.month = month;
    this.dayAt = dayAt;
    const intoDayMs = this.start.dayStartMs + (this.rowsOfDay - 1) * this.start.rowEveryMs;
    return { ok: true, at: dayAt + Math.min(intoDayMs, DAY_MS - 1) };
  }
}

/** 0 = Monday; the first day of the epoch was a Thursday. */
function weekdayAt(dayAt: number): number {
  return (dayAt / DAY_MS + 3) % 7;
}
