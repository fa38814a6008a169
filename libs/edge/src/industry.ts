import { slug } from "./text.ts";

const synonyms: Readonly<Record<string, string>> = {
  manufacturing:
    "manufacturer industrial industrials machinery industrial-machinery production factory equipment 制造 智能制造 机械 机械制造 工业 装备制造 制造业",
  automotive: "auto car cars automobile automobiles vehicles 汽车 车企 整车 汽车制造",
  electronics: "semiconductor semiconductors hardware consumer-electronics electrical 电子 半导体 芯片 硬件 电气",
  chemicals: "chemical materials 化工 化学 材料 新材料",
  software: "saas it information-technology tech technology technolgy computer-software cloud 软件 信息技术 it服务 科技 云计算 企业服务",
  internet: "online e-commerce ecommerce web mobile-internet 互联网 电商 电子商务 移动互联网",
  telecom: "telecommunications telecommunication telco telecoms carrier 通信 电信 运营商",
  finance: "financial financial-services fintech fund investment investments securities 金融 投资 证券 基金 财务",
  banking: "bank banks 银行",
  insurance: "insurer insurers 保险",
  healthcare: "health medical hospital hospitals hospital-health-care medicine 医疗 医院 健康 大健康",
  pharma: "pharmaceutical pharmaceuticals biotech biotechnology life-sciences 制药 医药 生物医药 生物技术",
  education: "school schools university higher-education e-learning edtech training 教育 培训 学校 高校 教培",
  retail: "wholesale shop shops consumer consumer-goods fmcg 零售 批发 商超 快消 消费品 连锁",
  logistics: "logistic transport transportation shipping freight supply-chain warehousing 物流 运输 供应链 仓储 快递 货运",
  construction: "building engineering-construction 建筑 建设 工程 基建 建材",
  "real-estate": "realestate property properties real-estate-services 房地产 地产 物业",
  energy: "oil gas oil-gas oil-and-gas utilities utility power electricity renewables solar 能源 电力 石油 新能源 光伏 燃气",
  government: "public-sector public-administration public govt 政府 公共事业 机关 事业单位 政务",
  media: "entertainment publishing advertising marketing marketing-and-advertising news film 传媒 媒体 广告 娱乐 影视 出版",
  hospitality: "hotel hotels restaurant restaurants travel tourism catering food-service leisure 酒店 餐饮 旅游 旅行",
  food: "food-and-beverage food-beverages beverages beverage 食品 饮料 食品饮料",
  agriculture: "farming agri agritech agricultural forestry 农业 种植 养殖 农牧 林业",
  "professional-services":
    "services consulting consultancy legal law accounting hr human-resources management-consulting 咨询 法律 会计 人力资源 专业服务",
  nonprofit: "non-profit ngo charity charities 公益 非营利 慈善",
};

const bySynonym: ReadonlyMap<string, string> = new Map(
  Object.entries(synonyms).flatMap(([industry, words]) =>
    [industry, ...words.split(" ")].map((word): [string, string] => [word, industry]),
  ),
);

const CHINESE_SUFFIX = /(?:行业|产业|企业|公司|业)$/u;
const ENGLISH_SUFFIX = /-(?:industry|industries|sector|company|companies)$/;

/** Industry in one vocabulary (P7, P9, G8), from English or Chinese words; an unknown one stays as its own slug. Idempotent. */
export function normaliseIndustry(text: string): string | null {
  const word = slug(text);
  if (word === null) return null;
  return bySynonym.get(word) ?? bySynonym.get(word.replace(CHINESE_SUFFIX, "")) ?? bySynonym.get(word.replace(ENGLISH_SUFFIX, "")) ?? word;
}
