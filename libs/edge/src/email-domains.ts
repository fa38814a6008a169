const words = (text: string): string[] => text.trim().split(/\s+/);

/** Providers where anybody gets a mailbox: says nothing of an employer. */
export const freeDomains: ReadonlySet<string> = new Set(
  words(`
    gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.jp hotmail.com hotmail.co.uk hotmail.de hotmail.es
    hotmail.fr hotmail.it live.com live.cn live.co.uk live.de live.fr live.nl msn.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.co.jp
    yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.hk yahoo.com.sg yahoo.com.tw yahoo.cn yahoo.de yahoo.es yahoo.fr yahoo.in yahoo.it
    ymail.com rocketmail.com icloud.com me.com mac.com aol.com aim.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.io
    tutamail.com fastmail.com fastmail.fm hey.com zoho.com zohomail.com gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de
    mail.com email.com usa.com inbox.com hushmail.com mail.ru inbox.ru list.ru bk.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it terra.com.br uol.com.br bol.com.br
    sapo.pt telenet.be skynet.be ziggo.nl kpnmail.nl bluewin.ch seznam.cz wp.pl onet.pl o2.pl interia.pl comcast.net verizon.net att.net
    sbcglobal.net bellsouth.net cox.net charter.net earthlink.net shaw.ca rogers.com sympatico.ca btinternet.com sky.com ntlworld.com
    bigpond.com optusnet.com.au rediffmail.com naver.com hanmail.net daum.net nate.com kakao.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp
    qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net vip.163.com vip.126.com 188.com sina.com sina.cn vip.sina.com sohu.com tom.com
    21cn.com 139.com 189.cn wo.cn aliyun.com hinet.net pchome.com.tw netvigator.com singnet.com.sg
  `),
);

/** Mailboxes that live for minutes. */
export const disposableDomains: ReadonlySet<string> = new Set(
  words(`
    mailinator.com mailinator.net guerrillamail.com guerrillamail.net guerrillamail.org guerrillamail.de sharklasers.com grr.la
    10minutemail.com 10minutemail.net 20minutemail.com tempmail.com temp-mail.org temp-mail.io tempmail.net tempmailo.com tempr.email
    throwawaymail.com throwam.com yopmail.com yopmail.net yopmail.fr trashmail.com trashmail.net trashmail.de trash-mail.com wegwerfmail.de
    dispostable.com getnada.com nada.email maildrop.cc mailnesia.com mailcatch.com mintemail.com mytemp.email moakt.com fakeinbox.com
    getairmail.com discard.email discardmail.com spamgourmet.com spambox.us mailnull.com jetable.org emailondeck.com burnermail.io
    mohmal.com inboxkitten.com linshiyouxiang.net bccto.me chacuo.net 027168.com
  `),
);

interface TagRule {
  /** The name under which the provider's domains are one. */
  readonly domain: string;
  /** Dots in the local part mean nothing. */
  readonly dots: boolean;
}

/** Providers that are known to deliver `name+tag` to `name`. Elsewhere a plus or dot may be another person. */
export const tagDroppingDomains: ReadonlyMap<string, TagRule> = new Map([
  ["gmail.com", { domain: "gmail.com", dots: true }],
  ["googlemail.com", { domain: "gmail.com", dots: true }],
  ...words("outlook.com hotmail.com live.com icloud.com fastmail.com fastmail.fm proton.me protonmail.com pm.me").map(
    (domain): [string, TagRule] => [domain, { domain, dots: false }],
  ),
]);
