"""Code lists that EN 16931 restricts its coded terms to, as in release 1.3.16 of the official validation artefacts (2026-04-10)."""

from registry.receivables.invoices.model import CREDIT_NOTE_TYPES, Syntax


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# UNTDID 1001, the part for invoices. UBL keeps the part for credit notes to its own root element.
INVOICE_TYPES = _codes("""
    71 80 81 82 84 102 130 202 203 204 211 218 219 295 325 326 331 380 382 383 384 385 386 387 388 389 390 393 394 395 456 457 471 472
    473 500 501 527 553 575 623 633 751 780 817 870 875 876 877 935
    """)

# ISO 4217 alpha-3.
CURRENCIES = _codes("""
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNH
    CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS
    SRD SSP STD SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VES VED VND VUV WST XAF XAG XAU XBA
    XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG
    """)

# ISO 3166-1 alpha-2 with 1A (Kosovo) and XI (Northern Ireland).
_COUNTRIES = _codes("""
    1A AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG
    CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM
    GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ
    OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC
    TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XI YE YT ZA ZM ZW
    """)

# ISO 6523 International Code Designators.
ICD = frozenset(f"{number:04d}" for number in range(2, 249)) - {"0092", "0103", "0181", "0182"}

# Electronic Address Schemes of CEF.
EAS = _codes("""
    0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 0191 0192 0193 0194
    0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218 0219 0220 0221 0225 0230 0235
    0240 0244 0242 0245 0246 0248 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934
    9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959 AN AQ AS AU EM
    """)

# UNCL 5305 duty or tax categories.
TAX_CATEGORIES = _codes("AE L M E S Z G O K B")

# UNTDID 4461.
PAYMENT_MEANS = frozenset(map(str, (*range(1, 71), *range(74, 79), *range(91, 99), "ZZZ")))


def countries(syntax: Syntax) -> frozenset[str]:
    """Country codes; the lists of the two syntaxes differ in the Netherlands Antilles and South Sudan."""
    return (_COUNTRIES - {"SS"}) | {"AN"} if syntax is Syntax.CII else _COUNTRIES


def vat_prefixes(syntax: Syntax) -> frozenset[str]:
    """What a VAT identifier may begin with; Greece uses EL."""
    return countries(syntax) | {"EL"}


def type_codes(syntax: Syntax) -> frozenset[str]:
    """Document types (BT-3) that may stand in the syntax."""
    return {Syntax.UBL_INVOICE: INVOICE_TYPES, Syntax.UBL_CREDIT_NOTE: CREDIT_NOTE_TYPES}.get(syntax, INVOICE_TYPES | CREDIT_NOTE_TYPES)


def tax_points(syntax: Syntax) -> frozenset[str]:
    """When VAT becomes due (BT-8): UNTDID 2475 in CII, UNTDID 2005 in UBL."""
    return frozenset({"5", "29", "72"}) if syntax is Syntax.CII else frozenset({"3", "35", "432"})
