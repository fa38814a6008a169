import { line } from "./text.ts";

export const titleClasses = ["founder", "executive", "vp", "director", "manager", "staff", "intern", "student", "other"] as const;
export type TitleClass = (typeof titleClasses)[number];

/**
 * First match wins, so the order is the rule: helpers of a chief are no chiefs, a deputy stands one step below, and a word that
 * holds another (vice president) comes before it.
 */
const rules: readonly (readonly [TitleClass, RegExp])[] = [
  ["student", /\b(?:student|undergraduate|postgraduate|phd candidate|pupil)\b|学生|在读|研究生|本科生/u],
  ["intern", /\b(?:intern|internship|trainee|apprentice|werkstudent)\b|实习|见习|培训生/u],
  [
    "founder",
    /\b(?:co-?)?founders?\b|\b(?:business|company|shop|store) owner\b|^owner$|\bowner ?[/&,]|[/&,] ?owner\b|\bentrepreneur\b|创始|创办人|老板|企业主/u,
  ],
  [
    "staff",
    /\b(?:assistant|secretary) (?:to|of)\b|\b(?:executive|personal|administrative) (?:assistant|secretary)\b|\baccount executive\b|\b(?:sales|marketing) executive\b|助理$|秘书$|助手$/u,
  ],
  ["vp", /\b(?:s|e|a)?vps?\b|\bvice[- ]presidents?\b|副总裁|副总经理|副总$|副董事长|副院长|副校长/u],
  [
    "executive",
    /\bc[efotmipdrs]o\b|\bciso\b|\bchief\b.*\bofficer\b|\bchief of\b|\b(?:chairman|chairwoman|chairperson|chair)\b|\bpresident\b|\bmanaging (?:director|partner)\b|\bgeneral manager\b|\bgm\b|\bexecutive director\b|\bboard member\b|^executive$|^partner$|\bgeschäftsführer(?:in)?\b|董事|总裁|总经理|首席|合伙人|法人代表|厂长|院长|校长|执行官/u,
  ],
  ["director", /\bdirectors?\b|\bhead of\b|\bhead$|\bdean\b|\bleiter(?:in)?\b|总监|主任|部长|处长/u],
  ["manager", /\bmanagers?\b|\bmgr\b|\bsupervisor\b|\bteam lead(?:er)?\b|\blead\b|\bforeman\b|经理|主管|科长|组长|店长|负责人/u],
  [
    "staff",
    /\b(?:engineer|developer|programmer|analyst|specialist|consultant|representative|associate|coordinator|officer|clerk|accountant|designer|architect|technician|administrator|admin|agent|buyer|researcher|scientist|teacher|nurse|editor|writer|employee|staff|operator|assistant|secretary|sales|scrum master|product owner|services?|technicians?|blue-collar|management-trainee)\b|工程师|专员|员工|职员|顾问|分析师|设计师|会计|采购|销售|运营|教师|老师|研究员|技术员|开发|文员|助理|秘书/u,
  ],
];

/** Seniority that a job title speaks of, English or Chinese (P2, P3, P8, P9, P13). A class name is itself. */
export function classifyTitle(title: string): TitleClass | null {
  const text = line(title)?.toLowerCase();
  if (text === undefined) return null;
  for (const [titleClass, pattern] of rules) if (pattern.test(text)) return titleClass;
  return "other";
}
