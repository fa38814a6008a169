/** ISO 3166-1: alpha-3 and alpha-2 code of each country, and XK as it is used in practice. */
export const alphaThree: readonly (readonly [three: string, two: string])[] = `
ABW:AW AFG:AF AGO:AO AIA:AI ALA:AX ALB:AL AND:AD ARE:AE ARG:AR ARM:AM ASM:AS ATA:AQ ATF:TF ATG:AG AUS:AU AUT:AT AZE:AZ BDI:BI BEL:BE BEN:BJ
BES:BQ BFA:BF BGD:BD BGR:BG BHR:BH BHS:BS BIH:BA BLM:BL BLR:BY BLZ:BZ BMU:BM BOL:BO BRA:BR BRB:BB BRN:BN BTN:BT BVT:BV BWA:BW CAF:CF CAN:CA
CCK:CC CHE:CH CHL:CL CHN:CN CIV:CI CMR:CM COD:CD COG:CG COK:CK COL:CO COM:KM CPV:CV CRI:CR CUB:CU CUW:CW CXR:CX CYM:KY CYP:CY CZE:CZ DEU:DE
DJI:DJ DMA:DM DNK:DK DOM:DO DZA:DZ ECU:EC EGY:EG ERI:ER ESH:EH ESP:ES EST:EE ETH:ET FIN:FI FJI:FJ FLK:FK FRA:FR FRO:FO FSM:FM GAB:GA GBR:GB
GEO:GE GGY:GG GHA:GH GIB:GI GIN:GN GLP:GP GMB:GM GNB:GW GNQ:GQ GRC:GR GRD:GD GRL:GL GTM:GT GUF:GF GUM:GU GUY:GY HKG:HK HMD:HM HND:HN HRV:HR
HTI:HT HUN:HU IDN:ID IMN:IM IND:IN IOT:IO IRL:IE IRN:IR IRQ:IQ ISL:IS ISR:IL ITA:IT JAM:JM JEY:JE JOR:JO JPN:JP KAZ:KZ KEN:KE KGZ:KG KHM:KH
KIR:KI KNA:KN KOR:KR KWT:KW LAO:LA LBN:LB LBR:LR LBY:LY LCA:LC LIE:LI LKA:LK LSO:LS LTU:LT LUX:LU LVA:LV MAC:MO MAF:MF MAR:MA MCO:MC MDA:MD
MDG:MG MDV:MV MEX:MX MHL:MH MKD:MK MLI:ML MLT:MT MMR:MM MNE:ME MNG:MN MNP:MP MOZ:MZ MRT:MR MSR:MS MTQ:MQ MUS:MU MWI:MW MYS:MY MYT:YT NAM:NA
NCL:NC NER:NE NFK:NF NGA:NG NIC:NI NIU:NU NLD:NL NOR:NO NPL:NP NRU:NR NZL:NZ OMN:OM PAK:PK PAN:PA PCN:PN PER:PE PHL:PH PLW:PW PNG:PG POL:PL
PRI:PR PRK:KP PRT:PT PRY:PY PSE:PS PYF:PF QAT:QA REU:RE ROU:RO RUS:RU RWA:RW SAU:SA SDN:SD SEN:SN SGP:SG SGS:GS SHN:SH SJM:SJ SLB:SB SLE:SL
SLV:SV SMR:SM SOM:SO SPM:PM SRB:RS SSD:SS STP:ST SUR:SR SVK:SK SVN:SI SWE:SE SWZ:SZ SXM:SX SYC:SC SYR:SY TCA:TC TCD:TD TGO:TG THA:TH TJK:TJ
TKL:TK TKM:TM TLS:TL TON:TO TTO:TT TUN:TN TUR:TR TUV:TV TWN:TW TZA:TZ UGA:UG UKR:UA UMI:UM URY:UY USA:US UZB:UZ VAT:VA VCT:VC VEN:VE VGB:VG
VIR:VI VNM:VN VUT:VU WLF:WF WSM:WS XKX:XK YEM:YE ZAF:ZA ZMB:ZM ZWE:ZW`
  .trim()
  .split(/\s+/)
  .map((pair) => {
    const [three, two] = pair.split(":");
    return [three as string, two as string];
  });

/** Names that people write and that are not the official ones. */
export const countryAliases: readonly (readonly [name: string, two: string])[] = [
  ["PRC", "CN"],
  ["P.R. China", "CN"],
  ["People's Republic of China", "CN"],
  ["Mainland China", "CN"],
  ["中国大陆", "CN"],
  ["中华人民共和国", "CN"],
  ["Hong Kong", "HK"],
  ["香港", "HK"],
  ["Macau", "MO"],
  ["Macao", "MO"],
  ["澳门", "MO"],
  ["Taiwan", "TW"],
  ["台湾", "TW"],
  ["United States of America", "US"],
  ["America", "US"],
  ["U.S.", "US"],
  ["U.S.A.", "US"],
  ["美国", "US"],
  ["UK", "GB"],
  ["Great Britain", "GB"],
  ["Britain", "GB"],
  ["England", "GB"],
  ["Scotland", "GB"],
  ["Wales", "GB"],
  ["Northern Ireland", "GB"],
  ["英国", "GB"],
  ["Korea", "KR"],
  ["Republic of Korea", "KR"],
  ["South Korea", "KR"],
  ["韩国", "KR"],
  ["Russian Federation", "RU"],
  ["Czech Republic", "CZ"],
  ["Holland", "NL"],
  ["The Netherlands", "NL"],
  ["Deutschland", "DE"],
  ["España", "ES"],
  ["Italia", "IT"],
  ["Brasil", "BR"],
  ["Österreich", "AT"],
  ["Schweiz", "CH"],
  ["Suisse", "CH"],
  ["Polska", "PL"],
  ["日本", "JP"],
  ["Türkiye", "TR"],
  ["Turkey", "TR"],
  ["Viet Nam", "VN"],
  ["UAE", "AE"],
  ["阿联酋", "AE"],
  ["KSA", "SA"],
  ["Ivory Coast", "CI"],
  ["Burma", "MM"],
  ["Swaziland", "SZ"],
  ["Macedonia", "MK"],
];
