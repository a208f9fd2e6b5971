"""Words of the story page, each in English and Chinese."""

from api.console.drawing import Texts
from api.console.texts.checks import CHECKS as PASSES

LANGUAGES = ("en", "zh")


def both(en: str, zh: str) -> dict[str, str]:
    """One text in both languages."""
    return {"en": en, "zh": zh}


WORDS: dict[str, Texts] = {
    "subtitle": both(
        "One run of Tallystick on a real database and a real chain, told from its own records.",
        "符木（Tallystick）在真实数据库与真实区块链上运行一次的全过程，内容取自系统自身的记录。",
    ),
    "chain": both("Chain", "区块链"),
    "contract": both("contract", "合约"),
    "block": both("block", "区块"),
    "made": both("made", "生成于"),
    "invoices_read": both("invoices read", "读入发票"),
    "accepted_refused": both("{accepted} accepted, {refused} refused", "接受 {accepted} 张，拒绝 {refused} 张"),
    "payables_issued": both("payables issued", "签发应付凭证"),
    "refused_cancelled": both("{refused} refused, {cancelled} cancelled", "拒收 {refused} 笔，撤销 {cancelled} 笔"),
    "paid_full_short": both("{full} paid in full, {short} paid short", "全额付款 {full} 笔，不足额 {short} 笔"),
    "payables_paid": both("payables paid", "已付款凭证"),
    "lots": both("claims held, by tier", "各级持有的债权"),
    "redeemed": both("claims redeemed", "已兑付债权"),
    "double": both("double financing refused", "拒绝重复融资"),
    "breaks": both("differences found by the check", "核对发现的差异"),
    "seconds": both("seconds for the story", "故事用时（秒）"),
    "trees": both("From the obligor to the third tier", "从核心企业到三级供应商"),
    "trees_lead": both(
        "Each box is a claim, with its holder and the amount it began with. A band is as wide as the share that was passed on.",
        "每个方框是一笔债权，标明持有人和初始金额；连线的粗细表示转出的份额。",
    ),
    "owes": both("{obligor} owes {payee}", "{obligor} 应付 {payee}"),
    "due": both("due", "到期"),
    "backed_by": both("backed by", "对应发票"),
    "obligor": both("Obligor", "核心企业"),
    "tier": both("Tier {tier}", "{tier} 级"),
    "keeps": both("keeps {amount}", "留存 {amount}"),
    "folded": both("{count} more portions", "另有 {count} 笔"),
    "money": both("Money in and out", "资金收支"),
    "money_lead": both(
        "What was issued is outstanding, redeemed, released or cancelled; nothing else can happen to it.",
        "已签发的金额只可能处于未偿、已兑付、已免除或已撤销四种状态之一。",
    ),
    "currency": both("Currency", "币种"),
    "issued": both("Issued", "已签发"),
    "outstanding": both("Outstanding", "未偿"),
    "redeemed_money": both("Redeemed", "已兑付"),
    "released": both("Released", "已免除"),
    "cancelled": both("Cancelled", "已撤销"),
    "cash": both("Bank movements", "银行收付"),
    "when": both("When", "时间"),
    "what": both("What", "事项"),
    "from": both("From", "付款方"),
    "to": both("To", "收款方"),
    "amount": both("Amount", "金额"),
    "more_rows": both("and {count} more", "另有 {count} 条"),
    "refusals": both("Refused, and why", "拒绝及原因"),
    "refusals_lead": both("Each refusal names the rule that decided it.", "每次拒绝都指明依据的规则。"),
    "code": both("Rule", "规则"),
    "why": both("Why", "原因"),
    "checks": both("Checks", "核对"),
    "checks_lead": both(
        "Balances, positions and limits derived again from the chain and compared with the books.",
        "从区块链重新推算余额、持仓与额度，并与账簿逐项比对。",
    ),
    "compared": both("{count} compared", "比对 {count} 项"),
    "equal": both("equal", "一致"),
    "differs": both("differs", "不一致"),
    "crash": both("Killed in the middle", "中途强制终止"),
    "crash_lead": both(
        "The process was killed with SIGKILL while it worked, and started again on the same data.",
        "运行途中以 SIGKILL 强制终止进程，再用同一份数据重新启动。",
    ),
    "killed_at": both("Killed", "终止时刻"),
    "lost": both("acts lost", "丢失的操作"),
    "doubled": both("acts done twice", "重复的操作"),
    "parties": both("Parties", "参与方"),
    "party": both("Party", "名称"),
    "role": both("Role", "角色"),
    "address": both("Address on chain", "链上地址"),
    "none": both("None in this run.", "本次运行没有。"),
    "foot": both(
        "Names, identifiers and accounts are invented. Invoices are public samples, payments are published council spending; "
        "NOTICE.md beside the demo's data names the sources.",
        "名称、识别码与账户均为虚构；发票为公开样例，付款为公开的市政支出数据，来源见演示数据旁的 NOTICE.md。",
    ),
}

STATES: dict[str, tuple[str, Texts]] = {
    "issued": ("hold", both("issued", "待接受")),
    "active": ("live", both("active", "有效")),
    "live": ("live", both("live", "有效")),
    "offered": ("hold", both("offered", "已发转让要约")),
    "locked": ("hold", both("locked", "已锁定")),
    "financing": ("hold", both("financing", "融资中")),
    "pledged": ("bank", both("pledged", "已质押")),
    "financed": ("bank", both("financed", "已融资")),
    "frozen": ("stop", both("frozen", "已冻结")),
    "overdue": ("stop", both("overdue", "已逾期")),
    "redeemed": ("paid", both("redeemed", "已兑付")),
    "settled": ("paid", both("settled", "已结清")),
    "short": ("hold", both("paid in part", "部分兑付")),
    "free": ("live", both("free", "可流转")),
    "empty": ("quiet", both("passed on", "已全部转出")),
    "ended": ("paid", both("redeemed", "已兑付")),
    "gone": ("quiet", both("ended", "已终止")),
    "split": ("quiet", both("passed on", "已全部转出")),
    "merged": ("quiet", both("merged", "已合并")),
    "released": ("quiet", both("released", "已免除")),
    "set_off": ("quiet", both("set off", "已抵销")),
    "refused": ("stop", both("refused", "已拒收")),
    "cancelled": ("stop", both("cancelled", "已撤销")),
}

KINDS: dict[str, Texts] = {
    "issue": both("issued", "签发"),
    "transfer": both("transfer", "转让"),
    "split": both("split", "拆分转让"),
    "self_split": both("own split", "自行拆分"),
    "merge": both("merged", "合并"),
    "assignment": both("bought", "受让融资"),
    "pledge": both("pledge", "质押融资"),
    "force": both("forced", "强制转让"),
}

ROLES: dict[str, Texts] = {
    "obligor": both("obligor", "核心企业"),
    "supplier": both("supplier", "供应商"),
    "funder": both("funder", "资金方"),
    "agent": both("payment agent", "付款代理行"),
    "registrar": both("registrar", "登记机构"),
    "auditor": both("auditor", "审计方"),
}

CASH: dict[str, Texts] = {
    "payment": both("Payment by the obligor", "核心企业付款"),
    "payout": both("Pay-out of a financing", "融资放款"),
    "redemption": both("Redemption of a claim", "债权兑付"),
    "deposit": both("Deposit for a frozen part", "冻结部分提存"),
    "returned": both("Excess returned", "多付退回"),
    "reversal": both("Payment reversed", "付款冲正"),
}

# Comparisons of the check by their names.
CHECKS: dict[str, Texts] = {key.removeprefix("pass:"): both(*pair) for key, pair in PASSES.items() if key.startswith("pass:")}
