import { slug } from "./text.ts";

const NORTH_CHINA = "north-china";
const EAST_CHINA = "east-china";
const SOUTH_CHINA = "south-china";
const CENTRAL_CHINA = "central-china";

/** Chinese provinces and the usual sales regions, by their names in both scripts. */
const names: ReadonlyMap<string, string> = new Map([
  ...each(NORTH_CHINA, "华北 北京 beijing 天津 tianjin 河北 hebei 山西 shanxi 内蒙古 inner-mongolia"),
  ...each("northeast-china", "东北 辽宁 liaoning 吉林 jilin 黑龙江 heilongjiang"),
  ...each(EAST_CHINA, "华东 上海 shanghai 江苏 jiangsu 浙江 zhejiang 安徽 anhui 福建 fujian 江西 jiangxi 山东 shandong"),
  ...each(CENTRAL_CHINA, "华中 河南 henan 湖北 hubei 湖南 hunan"),
  ...each(SOUTH_CHINA, "华南 广东 guangdong 广西 guangxi 海南 hainan 深圳 shenzhen 广州 guangzhou"),
  ...each("southwest-china", "西南 重庆 chongqing 四川 sichuan 贵州 guizhou 云南 yunnan 西藏 tibet"),
  ...each("northwest-china", "西北 陕西 shaanxi 甘肃 gansu 青海 qinghai 宁夏 ningxia 新疆 xinjiang"),
  ...each("apac", "asia-pacific asia apj 亚太 亚太地区"),
  ...each("emea", "europe 欧洲 中东 非洲 middle-east africa"),
  ...each("americas", "america 美洲 北美 南美 latam latin-america south-america"),
]);

const byCountry: ReadonlyMap<string, string> = new Map([
  ...each("china", "CN"),
  ...each("apac", "HK MO TW JP KR SG MY TH VN ID PH IN PK BD LK NP AU NZ KH LA MM BN MN"),
  ...each("americas", "US CA MX BR AR CL CO PE VE EC BO PY UY CR PA GT HN SV NI DO PR CU JM TT"),
  ...each(
    "emea",
    "GB IE FR DE NL BE LU CH AT IT ES PT DK SE NO FI IS PL CZ SK HU RO BG GR HR SI RS BA ME MK AL EE LV LT UA BY MD RU TR CY MT",
  ),
  ...each("emea", "AE SA QA KW BH OM JO LB IL IQ IR EG MA DZ TN LY NG KE ZA GH ET TZ UG SN CI CM"),
]);

const SUFFIX = /(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|地区|大区|省|市)$/u;

function each(region: string, text: string): [string, string][] {
  return text.split(" ").map((name): [string, string] => [name, region]);
}

/** Sales region: known provinces and regions by name, any other as its own slug (rules may name it). Idempotent. */
export function normaliseRegion(text: string): string | null {
  const word = slug(text);
  if (word === null) return null;
  return names.get(word) ?? names.get(word.replace(SUFFIX, "")) ?? names.get(word.replace(/-(?:province|city|region)$/, "")) ?? word;
}

/** Sales region of a country that names no region itself; null when the country is in none. */
export function regionOfCountry(country: string): string | null {
  return byCountry.get(country) ?? null;
}
