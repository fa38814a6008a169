import { slug } from "./text.ts";

/** Channels of C1 and C2 and the words that mean them. */
const channels: Readonly<Record<string, string>> = {
  search: "seo organic organic-search google bing baidu 百度 自然搜索 搜索 搜索引擎优化",
  "paid-search": "sem ppc cpc adwords google-ads search-ads paid-search-ads 竞价 搜索广告 搜索引擎营销 百度推广",
  social:
    "social-media weibo linkedin facebook instagram x twitter tiktok douyin xiaohongshu zhihu 微博 抖音 小红书 知乎 社交 社交媒体 领英",
  wechat: "weixin wecom wechat-work wx scrm 微信 企业微信 企微 公众号 微信公众号 视频号",
  content: "white-paper whitepaper blog case case-study ebook e-book content-marketing 白皮书 博客 案例 内容 内容营销",
  webinar: "webinars live-stream online-seminar 直播 网络研讨会 线上研讨会 研讨会 线上直播",
  email: "e-mail mail edm newsletter email-marketing 邮件 电子邮件 邮件营销",
  "paid-ads": "ads ad advertising display display-ads banner paid paid-social feed-ads 广告 付费广告 信息流 信息流广告 展示广告",
  "trade-show": "tradeshow trade-shows trade-fair fair exhibition expo 展会 展览 展览会 行业展会",
  event: "events summit summits salon salons conference seminar meetup offline-event 峰会 沙龙 会议 论坛 线下活动 活动",
  partner:
    "partners referral referrals partner-referral channel-partner reseller word-of-mouth 合作伙伴 渠道 渠道商 代理商 转介绍 推荐 客户推荐",
  telemarketing: "telephone phone cold-call cold-calling call outbound telesales cellular 电销 电话 电话营销 外呼",
  website: "web site homepage direct web-form website-form official-website landing-page 官网 网站 表单 官方网站 落地页",
  other: "others misc unknown none 其他 其它 未知",
};

/** Kinds of touch that rules know, and the words that mean them. */
const touchKinds: Readonly<Record<string, string>> = {
  "page-view": "pageview page view page-visit visit 浏览 页面浏览 访问",
  "home-view": "homepage home-page home homepage-view 首页 访问首页",
  "pricing-view": "pricing pricing-page price-page pricing-page-view 价格页 报价页 定价页",
  "blog-view": "blog blog-post blog-read article 博客 阅读博客 文章",
  "email-open": "open opened email-opened mail-open 打开邮件 邮件打开",
  "email-click": "click clicked email-clicked mail-click link-click 点击邮件 邮件点击",
  download: "downloaded file-download 下载 资料下载",
  "white-paper": "whitepaper white-paper-download whitepaper-download 白皮书 下载白皮书 白皮书下载",
  "case-collection": "case-collection-download case-download case-study case-studies 案例集 下载案例集 案例下载",
  webinar: "webinar-attended webinar-attend attended-webinar 参加研讨会 观看直播 网络研讨会",
  event: "event-attended event-attend attended-event event-participation 参加活动 活动",
  "demo-request": "demo request-demo book-demo demo-booked trial trial-request 申请演示 预约演示 演示 申请试用 试用",
  "purchase-intent": "purchase buy intent-to-buy quote-request request-quote quote 采购意向 购买意向 询价 索取报价",
  "wecom-chat": "wecom wechat-chat wecom-message wechat-message 企微聊天 企业微信聊天 微信聊天",
  unsubscribe: "unsubscribed opt-out optout 退订 取消订阅",
  subscribe: "subscribed opt-in optin consent 订阅 同意接收",
  call: "phone-call telephone-call 通话 电话沟通",
};

const capturePoints: Readonly<Record<string, string>> = {
  "website-form": "form web-form webform site-form 网站表单 表单 官网表单",
  "wechat-follow": "wechat wechat-subscribe follow 微信关注 关注公众号 公众号关注",
  "event-sign-up": "event signup sign-up event-registration event-signup registration 活动报名 报名",
  "qr-code": "qr qrcode qr-live-code live-code scan 活码 二维码 扫码 渠道活码",
};

const index = (table: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(table).flatMap(([name, words]) => [name, ...words.split(" ")].map((word): [string, string] => [word, name])));

const byChannelWord = index(channels);
const byTouchWord = index(touchKinds);
const byCaptureWord = index(capturePoints);

const lookUp = (words: ReadonlyMap<string, string>, text: string): string | null => {
  const word = slug(text);
  return word === null ? null : (words.get(word) ?? word);
};

/** Channel in one vocabulary (C1, C2), so that spend and leads meet; an unknown one stays as its own slug. Idempotent. */
export const normaliseChannel = (text: string): string | null => lookUp(byChannelWord, text);

/** Kind of touch; an unknown one stays as its own slug and scores nothing until a rule names it. Idempotent. */
export const normaliseTouchKind = (text: string): string | null => lookUp(byTouchWord, text);

/** Capture point (C3); an unknown one stays as its own slug. Idempotent. */
export const normaliseCapturePoint = (text: string): string | null => lookUp(byCaptureWord, text);
