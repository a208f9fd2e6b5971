"""Reads UBL 2.1 Invoice and CreditNote (ISO/IEC 19845) by the binding of CEN/TS 16931-3-2."""

from registry.receivables.invoices.model import (
    Account,
    Address,
    Adjustment,
    Codes,
    Delivery,
    Identifier,
    Invoice,
    Line,
    Party,
    PaymentMeans,
    Period,
    Reference,
    Syntax,
    TaxCategory,
    Totals,
    VatBreakdown,
    VatTotal,
)
from registry.receivables.invoices.nodes import Element, Nodes, attribute, content, contents, schemes

INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CREDIT_NOTE = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
_AGGREGATE = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_BASIC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
# Amounts that must name their currency.
_AMOUNTS = (
    *("Amount", "BaseAmount", "PriceAmount", "TaxAmount", "TaxableAmount", "LineExtensionAmount", "TaxExclusiveAmount"),
    *("TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "PrepaidAmount", "PayableRoundingAmount", "PayableAmount"),
)
# Whom the invoice is paid to; only they may have a SEPA creditor reference.
_CREDITORS = ("AccountingSupplierParty", "PayeeParty")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read(root: Element, syntax: Syntax) -> Invoice:
    """The invoice under a UBL root element."""
    return _Reader().invoice(root, syntax)


class _Reader(Nodes):
    def __init__(self) -> None:
        super().__init__({"cac": _AGGREGATE, "cbc": _BASIC})

    def invoice(self, root: Element, syntax: Syntax) -> Invoice:
        credit = syntax is Syntax.UBL_CREDIT_NOTE
        due = "cac:PaymentMeans/cbc:PaymentDueDate" if credit else "cbc:DueDate"
        representative = self.one(root, "cac:TaxRepresentativeParty", "BG-11")
        payee = self.one(root, "cac:PayeeParty", "BG-10")
        lines = self.all(root, "cac:InvoiceLine") + self.all(root, "cac:CreditNoteLine")
        vat_totals, breakdown = self.vat(root)
        return Invoice(
            syntax=syntax,
            specification=self.text(root, "cbc:CustomizationID", "BT-24"),
            number=self.text(root, "cbc:ID", "BT-1"),
            issue_date=self.day(root, "cbc:IssueDate", "BT-2"),
            type_code=self.text(root, "cbc:CreditNoteTypeCode" if credit else "cbc:InvoiceTypeCode", "BT-3"),
            currency=self.text(root, "cbc:DocumentCurrencyCode", "BT-5"),
            vat_currency=self.text(root, "cbc:TaxCurrencyCode", "BT-6"),
            tax_point_date=self.day(root, "cbc:TaxPointDate", "BT-7"),
            tax_point_codes=self.texts(root, "cac:InvoicePeriod/cbc:DescriptionCode", "BT-8"),
            due_date=self.same_day(root, due, "BT-9"),
            buyer_reference=self.text(root, "cbc:BuyerReference", "BT-10"),
            contract_reference=self.text(root, "cac:ContractDocumentReference/cbc:ID", "BT-12"),
            order_reference=self.text(root, "cac:OrderReference/cbc:ID", "BT-13"),
            payment_terms=" ".join(self.texts(root, "cac:PaymentTerms/cbc:Note", "BT-20")) or None,
            preceding=tuple(self.reference(element) for element in self.all(root, "cac:BillingReference")),
            seller=self.trader(root, "cac:AccountingSupplierParty", "BG-4"),
            buyer=self.trader(root, "cac:AccountingCustomerParty", "BG-7"),
            payee=None if payee is None else self.other_party(payee, "BG-10"),
            tax_representative=None if representative is None else self.other_party(representative, "BG-11"),
            delivery=self.delivery(root),
            period=self.period(self.one(root, "cac:InvoicePeriod", "BG-14")),
            payment=tuple(self.means(element) for element in self.all(root, "cac:PaymentMeans")),
            adjustments=self.adjustments(root, "BG-20"),
            totals=self.totals(root),
            vat_totals=vat_totals,
            breakdown=breakdown,
            documents=tuple(self.text(element, "cbc:ID", "BT-122") for element in self.all(root, "cac:AdditionalDocumentReference")),
            lines=tuple(self.line(element) for element in lines),
            codes=self.codes(root),
            unreadable=self.unreadable,
        )

    def codes(self, root: Element) -> Codes:
        ids = [element for party in root.iter(f"{{{_AGGREGATE}}}PartyIdentification") for element in self.all(party, "cbc:ID")]
        creditors = [role for name in _CREDITORS for role in root.iter(f"{{{_AGGREGATE}}}{name}")]
        theirs = {element for role in creditors for element in role.iter(f"{{{_BASIC}}}ID")}
        return Codes(
            currencies=tuple(attribute(element, "currencyID") or "" for name in _AMOUNTS for element in root.iter(f"{{{_BASIC}}}{name}")),
            countries=contents(self.within(root, "Country", "cbc:IdentificationCode")),
            party_schemes=schemes(element for element in ids if element not in theirs),
            creditor_schemes=schemes(element for element in ids if element in theirs),
            legal_schemes=schemes(self.within(root, "PartyLegalEntity", "cbc:CompanyID")),
            endpoint_schemes=schemes(root.iter(f"{{{_BASIC}}}EndpointID")),
            categories=contents(self.within(root, "TaxCategory", "cbc:ID")),
            line_categories=contents(self.within(root, "ClassifiedTaxCategory", "cbc:ID")),
        )

    def within(self, root: Element, aggregate: str, path: str) -> list[Element]:
        return [element for parent in root.iter(f"{{{_AGGREGATE}}}{aggregate}") for element in self.all(parent, path)]

    def reference(self, element: Element) -> Reference:
        document = "cac:InvoiceDocumentReference/"
        return Reference(self.text(element, document + "cbc:ID", "BT-25"), self.day(element, document + "cbc:IssueDate", "BT-26"))

    def trader(self, root: Element, path: str, term: str) -> Party | None:
        role = self.one(root, path, term)
        if role is None:
            return None
        party = self.one(role, "cac:Party", term)
        return Party(
            name=self.text(party, "cac:PartyLegalEntity/cbc:RegistrationName", f"{term} name"),
            trading_name=self.text(party, "cac:PartyName/cbc:Name", f"{term} trading name"),
            ids=self.identifiers(self.all(party, "cac:PartyIdentification/cbc:ID"), f"{term} identifier"),
            legal_id=self.identifier(party, "cac:PartyLegalEntity/cbc:CompanyID", f"{term} legal identifier"),
            tax_ids=self.tax_ids(party, term),
            endpoint=self.marked(party, "cbc:EndpointID", f"{term} electronic address"),
            address=self.address(party, "cac:PostalAddress", term),
        )

    def other_party(self, element: Element, term: str) -> Party:
        return Party(
            name=self.text(element, "cac:PartyName/cbc:Name", f"{term} name"),
            ids=self.identifiers(self.all(element, "cac:PartyIdentification/cbc:ID"), f"{term} identifier"),
            legal_id=self.identifier(element, "cac:PartyLegalEntity/cbc:CompanyID", f"{term} legal identifier"),
            tax_ids=self.tax_ids(element, term),
            address=self.address(element, "cac:PostalAddress", term),
        )

    def tax_ids(self, party: Element | None, term: str) -> tuple[Identifier, ...]:
        found = []
        for element in self.all(party, "cac:PartyTaxScheme"):
            value = self.text(element, "cbc:CompanyID", f"{term} tax identifier")
            if value is not None:
                found.append(Identifier(value, self.scheme(element)))
        return tuple(found)

    def scheme(self, element: Element) -> str | None:
        found = self.one(element, "cac:TaxScheme/cbc:ID", "tax scheme")
        name = None if found is None else content(found)
        return name and name.upper()

    def address(self, parent: Element | None, path: str, term: str) -> Address | None:
        element = self.one(parent, path, f"{term} address")
        return None if element is None else Address(self.text(element, "cac:Country/cbc:IdentificationCode", f"{term} country"))

    def delivery(self, root: Element) -> Delivery | None:
        element = self.one(root, "cac:Delivery", "BG-13")
        if element is None:
            return None
        return Delivery(
            self.day(element, "cbc:ActualDeliveryDate", "BT-72"), self.address(element, "cac:DeliveryLocation/cac:Address", "BG-15")
        )

    def period(self, element: Element | None) -> Period | None:
        if element is None:
            return None
        codes = self.texts(element, "cbc:DescriptionCode", "BT-8")
        return Period(self.day(element, "cbc:StartDate", "BT-73"), self.day(element, "cbc:EndDate", "BT-74"), codes[0] if codes else None)

    def means(self, element: Element) -> PaymentMeans:
        account = self.one(element, "cac:PayeeFinancialAccount", "BG-17")
        return PaymentMeans(
            code=self.text(element, "cbc:PaymentMeansCode", "BT-81"),
            remittance=" ".join(self.texts(element, "cbc:PaymentID", "BT-83")) or None,
            account=None
            if account is None
            else Account(
                self.text(account, "cbc:ID", "BT-84"),
                self.text(account, "cbc:Name", "BT-85"),
                self.text(account, "cac:FinancialInstitutionBranch/cbc:ID", "BT-86"),
            ),
        )

    def adjustments(self, parent: Element, term: str) -> tuple[Adjustment, ...]:
        found = []
        for element in self.all(parent, "cac:AllowanceCharge"):
            text = self.text(element, "cbc:ChargeIndicator", term) or ""
            if text not in _TRUTH:
                self.note(term, text, "is neither true nor false, so it is no allowance and no charge")
                continue
            found.append(
                Adjustment(
                    charge=_TRUTH[text],
                    amount=self.amount(element, "cbc:Amount", f"{term} amount"),
                    base=self.amount(element, "cbc:BaseAmount", f"{term} base amount"),
                    has_reason=bool(self.all(element, "cbc:AllowanceChargeReason") or self.all(element, "cbc:AllowanceChargeReasonCode")),
                    category=self.category(element, "cac:TaxCategory"),
                )
            )
        return tuple(found)

    def category(self, parent: Element, path: str) -> TaxCategory | None:
        element = self.one(parent, path, "tax category")
        if element is None:
            return None
        return TaxCategory(
            code=self.text(element, "cbc:ID", "tax category code"),
            rate=self.decimal(element, "cbc:Percent", "tax rate"),
            is_vat=self.scheme(element) == "VAT",
            exempt=bool(self.all(element, "cbc:TaxExemptionReason") or self.all(element, "cbc:TaxExemptionReasonCode")),
        )

    def totals(self, root: Element) -> Totals | None:
        element = self.one(root, "cac:LegalMonetaryTotal", "BG-22")
        if element is None:
            return None
        return Totals(
            lines=self.amount(element, "cbc:LineExtensionAmount", "BT-106"),
            allowances=self.amount(element, "cbc:AllowanceTotalAmount", "BT-107"),
            charges=self.amount(element, "cbc:ChargeTotalAmount", "BT-108"),
            net=self.amount(element, "cbc:TaxExclusiveAmount", "BT-109"),
            gross=self.amount(element, "cbc:TaxInclusiveAmount", "BT-112"),
            paid=self.amount(element, "cbc:PrepaidAmount", "BT-113"),
            rounding=self.amount(element, "cbc:PayableRoundingAmount", "BT-114"),
            due=self.amount(element, "cbc:PayableAmount", "BT-115"),
        )

    def vat(self, root: Element) -> tuple[tuple[VatTotal, ...], tuple[VatBreakdown, ...]]:
        totals, breakdown = [], []
        for element in self.all(root, "cac:TaxTotal"):
            groups = [
                VatBreakdown(
                    taxable=self.amount(group, "cbc:TaxableAmount", "BT-116"),
                    tax=self.amount(group, "cbc:TaxAmount", "BT-117"),
                    category=self.category(group, "cac:TaxCategory"),
                )
                for group in self.all(element, "cac:TaxSubtotal")
            ]
            breakdown += groups
            parts = tuple(group.tax.value for group in groups if group.tax) if groups else None
            totals.append(VatTotal(self.amount(element, "cbc:TaxAmount", "BT-110"), parts))
        return tuple(totals), tuple(breakdown)

    def line(self, element: Element) -> Line:
        quantities = self.all(element, "cbc:InvoicedQuantity") + self.all(element, "cbc:CreditedQuantity")
        item = self.one(element, "cac:Item", "BG-31")
        price = self.one(element, "cac:Price", "BG-29")
        properties = self.all(item, "cac:AdditionalItemProperty")
        classes = self.all(item, "cac:CommodityClassification/cbc:ItemClassificationCode")
        return Line(
            id=self.text(element, "cbc:ID", "BT-126"),
            quantity=self.decimal_of(quantities[0], "BT-129") if quantities else None,
            unit=attribute(quantities[0], "unitCode") if quantities else None,
            net=self.amount(element, "cbc:LineExtensionAmount", "BT-131"),
            name=self.text(item, "cbc:Name", "BT-153"),
            price=self.amount(price, "cbc:PriceAmount", "BT-146"),
            gross_price=self.amount(price, "cac:AllowanceCharge/cbc:BaseAmount", "BT-148"),
            category=None if item is None else self.category(item, "cac:ClassifiedTaxCategory"),
            adjustments=self.adjustments(element, "BG-27"),
            period=self.period(self.one(element, "cac:InvoicePeriod", "BG-26")),
            standard_id=self.marked(item, "cac:StandardItemIdentification/cbc:ID", "BT-157"),
            classifications=tuple(Identifier(content(code) or "", attribute(code, "listID")) for code in classes),
            attributes=tuple((self.text(el, "cbc:Name", "BT-160"), self.text(el, "cbc:Value", "BT-161")) for el in properties),
        )
