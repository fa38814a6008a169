/** Numbers and times as people read them. Money arrives in hundredths, points in thousandths, times as UTC text. */
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const number = (value) => (value === null || value === undefined ? "–" : whole.format(value));
export const short = (value) =>
  value === null || value === undefined ? "–" : value < 10_000 ? whole.format(value) : compact.format(value);
export const percent = (value) =>
  value === null || value === undefined ? "–" : `${(value * 100).toFixed(Math.abs(value) < 0.1 ? 1 : 0)} %`;
export const money = (hundredths) => (hundredths === null || hundredths === undefined ? "–" : short(hundredths / 100));
export const points = (thousandths) => (thousandths / 1000).toFixed(thousandths % 1000 === 0 ? 0 : 1);
export const instant = (text) => (text ? new Date(`${text.replace(" ", "T")}Z`) : null);

export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${(ms / 86_400_000).toFixed(1)} d`;
}

export function ago(text, now = Date.now()) {
  const at = instant(text);
  if (at === null) return "–";
  const ms = Math.max(0, now - at.getTime());
  return ms < 1_500 ? "now" : `${duration(ms).replace(/\.\d+/, "")} ago`;
}

/** An element with text and children; text never becomes markup. */
export function element(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  const { class: className, ...attributes } = options;
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(
    ...children.filter((child) => child !== null && child !== undefined).map((child) => (child instanceof Node ? child : String(child))),
  );
  return node;
}

export function drawing(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return node;
}
