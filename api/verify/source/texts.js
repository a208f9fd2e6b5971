// What a proof says, in English and Chinese. Each sentence is a function of what was proven; the most important come first.
import currencies from "./currencies.json";

export const LANGUAGES = { en: "English", zh: "中文" };
const ENDLESS = 2 ** 32 - 1;

export function amountOf(certificate, minor) {
  const known = currencies[certificate.payable.currency];
  if (!known) return null;
  const [code, decimals] = known;
  const digits = String(minor).padStart(decimals + 1, "0");
  return `${digits.slice(0, digits.length - decimals)}${decimals ? `.${digits.slice(-decimals)}` : ""} ${code}`;
}

export const timeOf = (seconds) => `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;

const EN = {
  title: "Verify a claim certificate",
  lead: "Drop a certificate and the network's pin. Everything is checked in this page, with published cryptography and nothing else: no server is asked, and the page works offline.",
  certificate: "Certificate",
  certificate_hint: "The file that the holder gave you (.json)",
  pin: "Pin of the network",
  pin_hint: "Got once, from where you trust it, not from the holder",
  document: "Documents to compare",
  document_hint: "Optional: is this file among the disclosed ones?",
  choose: "Choose a file or drop it here",
  clear: "Start again",
  saved: "This page is one file. Save it and open it from your disk, and nobody can change it under you.",
  proven: "Proven",
  consistent: "Consistent, issuer not pinned",
  refused: "Refused",
  other_network: "Of another network",
  is_proven: "What is proven",
  is_consistent: "What the file says",
  not_proven: "What is not",
  facts: "Details",
  licences: "Licences of the libraries in this page",
  no: "none",
  minor: (minor, currency) => `${minor} minor units of currency ${String(currency).padStart(3, "0")}`,
  held: (number, time, holder, amount, payable) => `As of block ${number} (${time}), participant ${holder} holds ${amount} of payable ${payable}.`,
  owed: (obligor, face, payee, due, outstanding, available) =>
    `Participant ${obligor} confirmed ${face} to participant ${payee}, due ${due}; ${outstanding} are outstanding, ${available} of it paid in.`,
  free: (number) => `It was not locked: it may have moved since block ${number}.`,
  pledged: (party) => `It is pledged to participant ${party}: until that lets go it moves only by force of law, and is paid to it.`,
  ended: (party, until) => `Its lock for participant ${party} ended on ${until}: it may have moved since.`,
  locked: (kind, party, until) =>
    `${{ lock: "Locked", offer: "On offer", financing: "Locked for financing" }[kind]} for participant ${party} until ${until}: until then it goes to nobody else, unless participant ${party} lets go of it or it is moved by force of law.`,
  without_end: "without end",
  issued: "The payee has not accepted it yet; until then the obligor may cancel it alone.",
  overdue: "It is marked overdue.",
  halted: "The registrar has suspended its redemption.",
  frozen: (amount) => `${amount} of the lot are frozen by the registrar.`,
  recourse: (seller) => `Participant ${seller} owes recourse for it.`,
  idle: (number) => `Participant ${number} is suspended.`,
  documents: (count) => `${count} disclosed document(s) are among those that the obligor's promise covers.`,
  same_document: (name) => `${name} is one of the disclosed documents.`,
  other_document: (name) => `${name} is not among the disclosed documents.`,
  by_registry: (signer, time) =>
    `The registry's pinned key ${signer} signed on ${time} that this was the latest block. This chain has no validators, so this is weaker than seals: whoever holds that key could sign a block that never was.`,
  by_validators: (count, clique) => `${count} of the pinned validators sealed ${clique ? "this block and those on top of it" : "this block"}.`,
  by_followers: (count, clique, changes) =>
    `${count} of the validators that followed from the pinned ones sealed ${clique ? "this block and those on top of it" : "this block"}. The validators changed ${changes} time(s) since the first set that the file names, each time by those before.`,
  no_pin: "Issuer not pinned: everything fits together, but nothing says that this is the network you know. Anyone could have made it. Verify with its pin.",
  not_who: "Who the participants are. They are numbers here; names are the registry's or the parties' word.",
  not_since: (number) => `What happened after block ${number}.`,
  not_law: "That the debt is good, or that it will be paid.",
  not_holder: "That whoever sent you this file is the holder. Let them sign something fresh with one of the holder's keys below.",
  not_yet: "Give it a certificate.",
  labels: {
    reason: "Reason",
    network: "Network",
    contract: "Contract",
    block: "Block",
    hash: "Block hash",
    scheme: "Sealed by",
    signers: "Signers",
    payable: "Payable",
    lot: "Lot",
    path: "Path from the root lot",
    holder: "Holder",
    keys: "Holder's keys",
    promise: "Promise",
    content: "Disclosed documents (SHA-256)",
    file: "File (SHA-256)",
    speed: "Verified in",
  },
  schemes: { registry: "the registry's key", qbft: "validators (QBFT)", clique: "validators (Clique)" },
  reasons: {
    pin: "This is no pin. Get the pin of the network again, from where you trust it.",
    canonical: "The file is not as it was handed out: it was opened and saved, cut short or changed. Ask for the file itself, byte for byte.",
    shape: "This is not a certificate of version 1, or a value in it was changed.",
    network: "The certificate is of another network than the pin. Use the pin of its network; if you know no such network, don't rely on it.",
    payable: "The payable's id is not derived from what the file says of it.",
    lot: "The lot's id does not follow from the path.",
    proof: "Something is not proven under the block's state root.",
    words: "A proven word is missing, too many, or at another place.",
    fields: "The plain form of a word is not what the proven word says.",
    terms: "The proven words are of other terms.",
    not_owed: "The payable was refused, cancelled or settled: nothing is owed.",
    not_held: "The lot does not exist, has ended or was split up: nothing is held.",
    depth: "The lot's depth is not the length of its path.",
    currency: "The currency is not the one that the profile's number says.",
    amounts: "More is held than owed.",
    lock: "The lock that the file claims is not the one that stands.",
    key: "A key in it was no valid key of the holder.",
    promise: "The promise is not the text that the obligor confirmed.",
    documents: "A disclosed document is not among those that the obligor confirmed.",
    seal: "The block is not sealed as it must be.",
    handover: "A change of the validators is not proven. Get the pin of the validators as they are now, from where you trust it.",
    issuer: "It was sealed by others than the pinned ones. If the network's keys have changed, get its pin again; otherwise don't rely on it.",
  },
};

const ZH = {
  title: "核验债权凭证",
  lead: "放入凭证文件和网络的信任根（pin）。全部核验只在本页内完成，只用公开的密码学：不询问任何服务器，断网也能用。",
  certificate: "债权凭证",
  certificate_hint: "持有人交给您的文件（.json）",
  pin: "网络信任根（pin）",
  pin_hint: "只需取得一次，来源须是您信任的，而不是持有人",
  document: "要比对的文件",
  document_hint: "可选：该文件是否在已披露的文件之中？",
  choose: "选择文件，或拖放到此处",
  clear: "重新开始",
  saved: "本页是单个文件。保存到本地并从磁盘打开，就没有人能在您不知情时改动它。",
  proven: "已证明",
  consistent: "内容一致，但签发方未锁定",
  refused: "不予认可",
  other_network: "属于另一个网络",
  is_proven: "已证明的内容",
  is_consistent: "文件所述的内容",
  not_proven: "未证明的内容",
  facts: "详细信息",
  licences: "本页所含程序库的许可证",
  no: "无",
  minor: (minor, currency) => `${minor} 个最小货币单位（货币代码 ${String(currency).padStart(3, "0")}）`,
  held: (number, time, holder, amount, payable) => `截至区块 ${number}（${time}），参与方 ${holder} 持有应付账款 ${payable} 中的 ${amount}。`,
  owed: (obligor, face, payee, due, outstanding, available) =>
    `参与方 ${obligor} 已向参与方 ${payee} 确认应付 ${face}，到期时间 ${due}；未清偿金额 ${outstanding}，其中已到账 ${available}。`,
  free: (number) => `该债权当时未锁定：区块 ${number} 之后可能已经转移。`,
  pledged: (party) => `已质押给参与方 ${party}：在其解除之前，只能依法强制转移，款项付给质权人。`,
  ended: (party, until) => `为参与方 ${party} 的锁定已于 ${until} 结束：此后可能已经转移。`,
  locked: (kind, party, until) =>
    `${{ lock: "已锁定", offer: "已报价并锁定", financing: "已为融资锁定" }[kind]}给参与方 ${party}，直至 ${until}：在此之前不会转给其他任何人，除非参与方 ${party} 放弃或依法强制转移。`,
  without_end: "无期限",
  issued: "收款方尚未接受；在此之前债务人可以单方取消。",
  overdue: "已被标记为逾期。",
  halted: "登记方已暂停其兑付。",
  frozen: (amount) => `其中 ${amount} 被登记方冻结。`,
  recourse: (seller) => `参与方 ${seller} 对其承担追索责任。`,
  idle: (number) => `参与方 ${number} 已被暂停资格。`,
  documents: (count) => `已披露的 ${count} 份文件均在债务人承诺所涵盖的文件之中。`,
  same_document: (name) => `${name} 是已披露的文件之一。`,
  other_document: (name) => `${name} 不在已披露的文件之中。`,
  by_registry: (signer, time) =>
    `登记机构的已锁定密钥 ${signer} 于 ${time} 签名确认这是最新区块。该链没有验证节点，因此弱于节点封印：持有该密钥者可以为从未存在的区块签名。`,
  by_validators: (count, clique) => `已锁定的验证节点中有 ${count} 个封印了${clique ? "该区块及其后的区块" : "该区块"}。`,
  by_followers: (count, clique, changes) =>
    `由已锁定的验证节点交接而来的节点中，有 ${count} 个封印了${clique ? "该区块及其后的区块" : "该区块"}。自文件所列的首组节点起，验证节点变更了 ${changes} 次，每次均由前一组节点认可。`,
  no_pin: "签发方未锁定：内容相互吻合，但不能说明这就是您所知的网络，任何人都可能做出这样的文件。请用该网络的信任根核验。",
  not_who: "参与方是谁。此处只有编号；名称以登记机构或当事人的说明为准。",
  not_since: (number) => `区块 ${number} 之后发生的事。`,
  not_law: "该债务是否优良，或是否会得到偿付。",
  not_holder: "交给您文件的人就是持有人。请其用下列持有人密钥之一对新的内容签名。",
  not_yet: "请放入凭证文件。",
  labels: {
    reason: "原因",
    network: "网络",
    contract: "合约",
    block: "区块",
    hash: "区块哈希",
    scheme: "封印方",
    signers: "签名者",
    payable: "应付账款",
    lot: "债权份额",
    path: "自根份额起的路径",
    holder: "持有人",
    keys: "持有人密钥",
    promise: "付款承诺",
    content: "已披露的文件（SHA-256）",
    file: "凭证文件（SHA-256）",
    speed: "核验用时",
  },
  schemes: { registry: "登记机构的密钥", qbft: "验证节点（QBFT）", clique: "验证节点（Clique）" },
  reasons: {
    pin: "这不是信任根文件。请从您信任的来源重新取得网络的信任根。",
    canonical: "文件与交付时不一致：曾被打开另存、截断或改动。请索取逐字节一致的原文件。",
    shape: "这不是第 1 版债权凭证，或其中的某个值被改动。",
    network: "凭证与信任根属于不同的网络。请使用凭证所属网络的信任根；如果您不知道这样的网络，请勿采信。",
    payable: "应付账款编号不能由文件所述内容推出。",
    lot: "债权份额编号不能由路径推出。",
    proof: "有内容未能在区块的状态根之下得到证明。",
    words: "已证明的存储字缺失、多余或位置不对。",
    fields: "存储字的明文与已证明的值不符。",
    terms: "已证明的存储字属于其他条款。",
    not_owed: "该应付账款已被拒绝、取消或结清：没有欠款。",
    not_held: "该债权份额不存在、已终结或已全部拆分：没有持有。",
    depth: "债权份额的层级与路径长度不符。",
    currency: "货币与规则编号所示不符。",
    amounts: "持有的金额多于所欠的金额。",
    lock: "文件声称的锁定与实际不符。",
    key: "其中的密钥不是持有人的有效密钥。",
    promise: "付款承诺不是债务人所确认的文本。",
    documents: "披露的文件不在债务人所确认的文件之中。",
    seal: "区块没有按规则封印。",
    handover: "验证节点的变更未得到证明。请从您信任的来源取得当前验证节点的信任根。",
    issuer: "封印者不是已锁定的一方。如果网络的密钥已更换，请重新取得信任根；否则请勿采信。",
  },
};

export const TEXTS = { en: EN, zh: ZH };

// The proof in sentences, and what it is no proof of. `now` in UTC seconds.
export function sentences(words, { verdict, found }, now) {
  const { certificate, payable, lot, lock } = found;
  const money = (minor) => amountOf(certificate, minor) ?? words.minor(minor, certificate.payable.currency);
  const { terms } = certificate.payable;
  const state = Number(payable.state);
  const says = [
    words.held(found.number, timeOf(found.time), lot.holder, money(lot.amount), certificate.payable.id),
    staying(words, found, lock, now),
    words.owed(terms.obligor, money(terms.face), terms.payee, timeOf(terms.due), money(payable.outstanding), money(payable.available)),
  ];
  if ((state & 15) === 1) says.push(words.issued);
  if (state & 16) says.push(words.overdue);
  if (state & 32) says.push(words.halted);
  if (found.frozen) says.push(words.frozen(money(found.frozen)));
  if (found.recourse) says.push(words.recourse(found.recourse));
  for (const { number, status } of found.participants) if (status !== 1) says.push(words.idle(number));
  if (found.documents.length > 0) says.push(words.documents(found.documents.length));
  says.push(issuer(words, verdict, found));
  const not = [words.not_since(found.number), words.not_who, words.not_law, ...(found.keys.length > 0 ? [words.not_holder] : [])];
  return { says, not };
}

function staying(words, found, lock, now) {
  if (lock === null) return words.free(found.number);
  if (lock.kind === "pledge") return words.pledged(lock.party);
  const until = lock.until === ENDLESS ? words.without_end : timeOf(lock.until);
  return lock.until !== ENDLESS && now > lock.until ? words.ended(lock.party, until) : words.locked(lock.kind, lock.party, until);
}

function issuer(words, verdict, { certificate, signers, handovers, signedAt }) {
  if (verdict !== "proven") return words.no_pin;
  const { scheme } = certificate.seal;
  if (scheme === "registry") return words.by_registry(signers[0], timeOf(signedAt));
  return handovers === 0 ? words.by_validators(signers.length, scheme === "clique") : words.by_followers(signers.length, scheme === "clique", handovers);
}
