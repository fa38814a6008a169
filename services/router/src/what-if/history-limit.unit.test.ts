import { describe, expect, it } from "@jest/globals";
import { RouterError } from "../errors.ts";
import { historyLimit } from "./history-limit.ts";

describe("what-if's limit", () => {
  it("holds as many records as it may, and names limit and remedy at the next", () => {
    const hold = historyLimit(3);
    for (let held = 1; held <= 3; held++) hold();
    expect(hold).toThrow(RouterError);
    expect(hold).toThrow(/HISTORY_TOO_LARGE: .* 3 .* --to.*LEADSTREAM_WHAT_IF_MAX_RECORDS/);
  });
});
