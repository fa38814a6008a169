/** A screen that is drawn again and again over itself; plain lines where there is no terminal. */
export interface Screen {
  draw(lines: readonly string[]): void;
  close(): void;
}

const HOME = "\x1b[H";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
const ALTERNATE = "\x1b[?1049h\x1b[?25l";
const NORMAL = "\x1b[?1049l\x1b[?25h";

export function openScreen(output: NodeJS.WriteStream = process.stdout): Screen {
  output.write(ALTERNATE);
  return {
    draw: (lines) => {
      const width = output.columns ?? 120;
      const height = output.rows ?? 40;
      const shown = lines.slice(0, height - 1).map((line) => line.slice(0, width) + CLEAR_LINE_END);
      output.write(HOME + shown.join("\n") + CLEAR_BELOW);
    },
    close: () => {
      output.write(NORMAL);
    },
  };
}
