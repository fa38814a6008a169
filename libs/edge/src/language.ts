import { line } from "./text.ts";

const names: ReadonlyMap<string, string> = new Map([
  ...entries("zh", "chinese mandarin cantonese 中文 汉语 华语 普通话 国语 粤语 简体中文 繁体中文 cn"),
  ...entries("en", "english englisch anglais inglés 英语 英文"),
  ...entries("de", "german deutsch 德语"),
  ...entries("fr", "french français 法语"),
  ...entries("es", "spanish español 西班牙语"),
  ...entries("pt", "portuguese português 葡萄牙语"),
  ...entries("it", "italian italiano 意大利语"),
  ...entries("nl", "dutch nederlands 荷兰语"),
  ...entries("ru", "russian русский 俄语"),
  ...entries("ja", "japanese 日本語 日语 jp"),
  ...entries("ko", "korean 한국어 韩语 kr"),
  ...entries("ar", "arabic العربية 阿拉伯语"),
  ...entries("hi", "hindi 印地语"),
  ...entries("pl", "polish polski 波兰语"),
  ...entries("tr", "turkish türkçe 土耳其语"),
  ...entries("vi", "vietnamese 越南语"),
  ...entries("th", "thai 泰语"),
  ...entries("id", "indonesian 印尼语"),
]);

function entries(code: string, text: string): [string, string][] {
  return text.split(" ").map((name): [string, string] => [name, code]);
}

const TAG = /^([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*$/;

/** Primary language subtag: `zh-CN`, `Chinese`, `中文` and `zh-CN,zh;q=0.9` → `zh`; null when it is no language. Idempotent. */
export function normaliseLanguage(text: string): string | null {
  const first = line(text)?.split(/[,;]/, 1)[0]?.trim().toLowerCase();
  if (first === undefined) return null;
  return names.get(first) ?? TAG.exec(first)?.[1] ?? null;
}
