/** Plots as SVG text: no script, no file from elsewhere. Colours follow the page. */

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dots?: boolean;
}

export interface PlotFrame {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Ends of the axes; default: what the values need, from zero. */
  readonly xEnd?: number;
  readonly yEnd?: number;
  /** A line from the lower left to the upper right. */
  readonly diagonal?: boolean;
  /** Texts below the x axis in place of numbers. */
  readonly labels?: readonly string[];
}

const WIDTH = 460;
const HEIGHT = 280;
const LEFT = 52;
const RIGHT = 14;
const TOP = 34;
const BOTTOM = 46;
const COLOURS = ["#2563eb", "#ea580c", "#059669"];
const TICKS = 5;
/** Room that a character of a label takes, with some air. */
const CHARACTER_WIDTH = 7.5;

export function linePlot(lines: readonly Line[], frame: PlotFrame): string {
  const all = lines.flatMap((line) => line.points);
  const axes = axesOf(frame, Math.max(0, ...all.map(([x]) => x)), Math.max(0, ...all.map(([, y]) => y)));
  const drawn = lines.map(({ points, dots }, index) => {
    const colour = COLOURS[index % COLOURS.length]!;
    const path = points.map(([x, y], place) => `${place === 0 ? "M" : "L"}${axes.at(x, y)}`).join("");
    const circles = dots ? points.map(([x, y]) => `<circle cx="${axes.x(x)}" cy="${axes.y(y)}" r="3" fill="${colour}"/>`).join("") : "";
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${circles}`;
  });
  const diagonal = frame.diagonal ? `<path d="M${axes.at(0, 0)}L${axes.at(axes.xEnd, axes.yEnd)}" class="faint"/>` : "";
  return svg(
    frame,
    axes,
    diagonal + drawn.join(""),
    lines.map((line) => line.name),
  );
}

export interface Bars {
  readonly name: string;
  readonly values: readonly number[];
}

export function barPlot(series: readonly Bars[], frame: PlotFrame): string {
  const count = Math.max(1, ...series.map(({ values }) => values.length));
  const axes = axesOf({ ...frame, xEnd: count }, count, Math.max(0, ...series.flatMap(({ values }) => values)));
  const room = (axes.x(1) - axes.x(0)) * 0.8;
  const drawn = series.flatMap(({ values }, index) =>
    values.map((value, place) => {
      const left = axes.x(place) + room * 0.125 + (room / series.length) * index;
      const top = axes.y(value);
      return `<rect x="${left.toFixed(1)}" y="${top}" width="${(room / series.length).toFixed(1)}" height="${Math.max(0, HEIGHT - BOTTOM - top)}" fill="${COLOURS[index % COLOURS.length]}"/>`;
    }),
  );
  return svg(
    frame,
    axes,
    drawn.join(""),
    series.map(({ name }) => name),
    count,
  );
}

interface Axes {
  readonly xEnd: number;
  readonly yEnd: number;
  x(value: number): number;
  y(value: number): number;
  at(x: number, y: number): string;
}

function axesOf(frame: PlotFrame, mostX: number, mostY: number): Axes {
  const xEnd = frame.xEnd ?? (mostX > 0 ? mostX : 1);
  const yEnd = frame.yEnd ?? (mostY > 0 ? mostY * 1.05 : 1);
  const x = (value: number): number => Number((LEFT + (value / xEnd) * (WIDTH - LEFT - RIGHT)).toFixed(1));
  const y = (value: number): number => Number((HEIGHT - BOTTOM - (value / yEnd) * (HEIGHT - TOP - BOTTOM)).toFixed(1));
  return { xEnd, yEnd, x, y, at: (a, b) => `${x(a)},${y(b)}` };
}

const tick = (value: number, end: number): string => (end > 20 ? value.toFixed(0) : end > 2 ? value.toFixed(1) : value.toFixed(2));

function svg(frame: PlotFrame, axes: Axes, inner: string, names: readonly string[], bars = 0): string {
  const { xEnd, yEnd } = axes;
  const parts: string[] = [];
  for (let step = 0; step <= TICKS; step++) {
    const y = (yEnd * step) / TICKS;
    parts.push(`<path d="M${axes.at(0, y)}L${axes.at(xEnd, y)}" class="faint"/>`);
    parts.push(`<text x="${LEFT - 6}" y="${axes.y(y) + 4}" text-anchor="end">${tick(y, yEnd)}</text>`);
    if (frame.labels === undefined)
      parts.push(
        `<text x="${axes.x((xEnd * step) / TICKS)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${tick((xEnd * step) / TICKS, xEnd)}</text>`,
      );
  }
  const { labels = [] } = frame;
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0) + 1;
  const every = Math.max(1, Math.ceil((labels.length * longest * CHARACTER_WIDTH) / (WIDTH - LEFT - RIGHT)));
  labels.forEach((label, index) => {
    const at = bars > 0 ? index + 0.5 : index;
    if (index % every === 0)
      parts.push(`<text x="${axes.x(at)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${escapeHtml(label)}</text>`);
  });
  const legend = names.map(
    (name, index) =>
      `<tspan fill="${COLOURS[index % COLOURS.length]}"${index === 0 ? "" : ' dx="12"'}>${names.length > 1 ? "■ " : ""}${names.length > 1 ? escapeHtml(name) : ""}</tspan>`,
  );
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(frame.title)}">`,
    `<text x="${LEFT}" y="14" class="title">${escapeHtml(frame.title)}</text><text x="${LEFT}" y="28">${legend.join("")}</text>`,
    parts.join(""),
    inner,
    `<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escapeHtml(frame.x)}</text>`,
    `<text transform="translate(12 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(frame.y)}</text></svg>`,
  ].join("");
}
