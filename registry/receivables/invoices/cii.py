"""Reads UN/CEFACT Cross Industry Invoice D16B by the binding of CEN/TS 16931-3-3."""

from datetime import date

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

RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_TAX_SCHEMES = {"VA": "VAT"}
# Global identifiers of items and places follow lists of their own.
_NOT_PARTIES = ("SpecifiedTradeProduct", "ShipToTradeParty")


def read(root: Element) -> Invoice:
    """The invoice under a CrossIndustryInvoice root element."""
    return _Reader().invoice(root)


class _Reader(Nodes):
    def __init__(self) -> None:
        super().__init__({"rsm": RSM, "ram": _RAM, "udt": _UDT})

    def invoice(self, root: Element) -> Invoice:
        document = self.one(root, "rsm:ExchangedDocument", "BT-1")
        trade = self.one(root, "rsm:SupplyChainTradeTransaction", "BG-25")
        agreement = self.one(trade, "ram:ApplicableHeaderTradeAgreement", "BG-4")
        delivery = self.one(trade, "ram:ApplicableHeaderTradeDelivery", "BG-13")
        settlement = self.one(trade, "ram:ApplicableHeaderTradeSettlement", "BG-22")
        taxes = self.all(settlement, "ram:ApplicableTradeTax")
        breakdown = tuple(self.breakdown(element) for element in taxes)
        currency = self.text(settlement, "ram:InvoiceCurrencyCode", "BT-5")
        documents = root.iter(f"{{{_RAM}}}AdditionalReferencedDocument")
        terms = "ram:SpecifiedTradePaymentTerms/"
        return Invoice(
            syntax=Syntax.CII,
            specification=self.text(root, "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", "BT-24"),
            number=self.text(document, "ram:ID", "BT-1"),
            issue_date=self.moment(document, "ram:IssueDateTime", "BT-2"),
            type_code=self.text(document, "ram:TypeCode", "BT-3"),
            currency=currency,
            vat_currency=self.text(settlement, "ram:TaxCurrencyCode", "BT-6"),
            tax_point_date=self.same_day(settlement, "ram:ApplicableTradeTax/ram:TaxPointDate/udt:DateString", "BT-7"),
            tax_point_codes=self.texts(settlement, "ram:ApplicableTradeTax/ram:DueDateTypeCode", "BT-8"),
            due_date=self.same_day(settlement, terms + "ram:DueDateDateTime/udt:DateTimeString", "BT-9"),
            buyer_reference=self.text(agreement, "ram:BuyerReference", "BT-10"),
            contract_reference=self.text(agreement, "ram:ContractReferencedDocument/ram:IssuerAssignedID", "BT-12"),
            order_reference=self.text(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", "BT-13"),
            payment_terms=" ".join(self.texts(settlement, terms + "ram:Description", "BT-20")) or None,
            preceding=tuple(self.reference(element) for element in self.all(settlement, "ram:InvoiceReferencedDocument")),
            seller=self.party(agreement, "ram:SellerTradeParty", "BG-4"),
            buyer=self.party(agreement, "ram:BuyerTradeParty", "BG-7"),
            payee=self.party(settlement, "ram:PayeeTradeParty", "BG-10"),
            tax_representative=self.party(agreement, "ram:SellerTaxRepresentativeTradeParty", "BG-11"),
            delivery=None if delivery is None else self.delivery(delivery),
            period=self.period(self.one(settlement, "ram:BillingSpecifiedPeriod", "BG-14"), "BG-14"),
            payment=tuple(self.means(el, settlement) for el in self.all(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")),
            adjustments=self.adjustments(settlement, "BG-20"),
            totals=self.totals(settlement),
            vat_totals=self.vat_totals(settlement, currency, breakdown),
            breakdown=breakdown,
            documents=tuple(self.text(element, "ram:IssuerAssignedID", "BT-122") for element in documents),
            lines=tuple(self.line(element) for element in self.all(trade, "ram:IncludedSupplyChainTradeLineItem")),
            codes=self.codes(root),
            unreadable=self.unreadable,
        )

    def moment(self, parent: Element | None, path: str, term: str) -> date | None:
        element = self.one(parent, path, term)
        day = self.day(element, "udt:DateTimeString", term)
        if element is not None and day is None and not self.misread(term):
            self.note(term, content(element) or "", "has no date in it")
        return day

    def codes(self, root: Element) -> Codes:
        outside = {element for name in _NOT_PARTIES for parent in root.iter(f"{{{_RAM}}}{name}") for element in parent.iter()}
        registered = {element for parent in root.iter(f"{{{_RAM}}}SpecifiedTaxRegistration") for element in parent}
        return Codes(
            currencies=schemes(root.iter(), "currencyID"),
            countries=contents(root.iter(f"{{{_RAM}}}CountryID")),
            party_schemes=schemes(element for element in root.iter(f"{{{_RAM}}}GlobalID") if element not in outside),
            legal_schemes=schemes(element for element in root.iter(f"{{{_RAM}}}ID") if element not in registered),
            endpoint_schemes=schemes(root.iter(f"{{{_RAM}}}URIID")),
            categories=contents(self.within(root, "CategoryTradeTax", "ram:CategoryCode")),
            line_categories=contents(self.within(root, "ApplicableTradeTax", "ram:CategoryCode")),
        )

    def within(self, root: Element, aggregate: str, path: str) -> list[Element]:
        return [element for parent in root.iter(f"{{{_RAM}}}{aggregate}") for element in self.all(parent, path)]

    def reference(self, element: Element) -> Reference:
        day = self.one(element, "ram:FormattedIssueDateTime", "BT-26")
        issued = self.day_of(day[0] if day is not None and len(day) else None, "BT-26")
        return Reference(self.text(element, "ram:IssuerAssignedID", "BT-25"), issued)

    def party(self, parent: Element | None, path: str, term: str) -> Party | None:
        element = self.one(parent, path, term)
        if element is None:
            return None
        contact = self.one(element, "ram:URIUniversalCommunication", f"{term} electronic address")
        ids = self.all(element, "ram:GlobalID") + self.all(element, "ram:ID")
        address = self.one(element, "ram:PostalTradeAddress", f"{term} address")
        return Party(
            name=self.text(element, "ram:Name", f"{term} name"),
            trading_name=self.text(element, "ram:SpecifiedLegalOrganization/ram:TradingBusinessName", f"{term} trading name"),
            ids=self.identifiers(ids, f"{term} identifier"),
            legal_id=self.identifier(element, "ram:SpecifiedLegalOrganization/ram:ID", f"{term} legal identifier"),
            tax_ids=tuple(
                Identifier(tax.value, _TAX_SCHEMES.get(tax.scheme or "", tax.scheme))
                for tax in self.identifiers(self.all(element, "ram:SpecifiedTaxRegistration/ram:ID"), f"{term} tax identifier")
            ),
            endpoint=None if contact is None else self.marked(contact, "ram:URIID", f"{term} electronic address") or Identifier(""),
            address=None if address is None else Address(self.text(address, "ram:CountryID", f"{term} country")),
        )

    def delivery(self, element: Element) -> Delivery:
        address = self.one(element, "ram:ShipToTradeParty/ram:PostalTradeAddress", "BG-15")
        return Delivery(
            self.moment(element, "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime", "BT-72"),
            None if address is None else Address(self.text(address, "ram:CountryID", "BT-80")),
        )

    def period(self, element: Element | None, term: str) -> Period | None:
        if element is None:
            return None
        return Period(self.moment(element, "ram:StartDateTime", f"{term} start"), self.moment(element, "ram:EndDateTime", f"{term} end"))

    def means(self, element: Element, settlement: Element | None) -> PaymentMeans:
        account = self.one(element, "ram:PayeePartyCreditorFinancialAccount", "BG-17")
        bank = "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"
        return PaymentMeans(
            code=self.text(element, "ram:TypeCode", "BT-81"),
            remittance=self.text(settlement, "ram:PaymentReference", "BT-83"),
            account=None
            if account is None
            else Account(
                self.text(account, "ram:IBANID", "BT-84") or self.text(account, "ram:ProprietaryID", "BT-84"),
                self.text(account, "ram:AccountName", "BT-85"),
                self.text(element, bank, "BT-86"),
            ),
        )

    def adjustments(self, parent: Element | None, term: str) -> tuple[Adjustment, ...]:
        found = []
        for element in self.all(parent, "ram:SpecifiedTradeAllowanceCharge"):
            text = self.text(element, "ram:ChargeIndicator/udt:Indicator", term) or ""
            if text not in _TRUTH:
                self.note(term, text, "is neither true nor false, so it is no allowance and no charge")
                continue
            found.append(
                Adjustment(
                    charge=_TRUTH[text],
                    amount=self.amount(element, "ram:ActualAmount", f"{term} amount"),
                    base=self.amount(element, "ram:BasisAmount", f"{term} base amount"),
                    has_reason=bool(self.all(element, "ram:Reason") or self.all(element, "ram:ReasonCode")),
                    category=self.category(self.one(element, "ram:CategoryTradeTax", term)),
                )
            )
        return tuple(found)

    def category(self, element: Element | None) -> TaxCategory | None:
        if element is None:
            return None
        scheme = self.text(element, "ram:TypeCode", "tax scheme") or ""
        return TaxCategory(
            code=self.text(element, "ram:CategoryCode", "tax category code"),
            rate=self.decimal(element, "ram:RateApplicablePercent", "tax rate"),
            is_vat=scheme.upper() == "VAT",
            exempt=bool(self.all(element, "ram:ExemptionReason") or self.all(element, "ram:ExemptionReasonCode")),
        )

    def breakdown(self, element: Element) -> VatBreakdown:
        return VatBreakdown(
            taxable=self.amount(element, "ram:BasisAmount", "BT-116"),
            tax=self.amount(element, "ram:CalculatedAmount", "BT-117"),
            category=self.category(element),
        )

    def totals(self, settlement: Element | None) -> Totals | None:
        element = self.one(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation", "BG-22")
        if element is None:
            return None
        return Totals(
            lines=self.amount(element, "ram:LineTotalAmount", "BT-106"),
            allowances=self.amount(element, "ram:AllowanceTotalAmount", "BT-107"),
            charges=self.amount(element, "ram:ChargeTotalAmount", "BT-108"),
            net=self.amount(element, "ram:TaxBasisTotalAmount", "BT-109"),
            gross=self.amount(element, "ram:GrandTotalAmount", "BT-112"),
            paid=self.amount(element, "ram:TotalPrepaidAmount", "BT-113"),
            rounding=self.amount(element, "ram:RoundingAmount", "BT-114"),
            due=self.amount(element, "ram:DuePayableAmount", "BT-115"),
        )

    def vat_totals(self, settlement: Element | None, currency: str | None, breakdown: tuple[VatBreakdown, ...]) -> tuple[VatTotal, ...]:
        parts = tuple(group.tax.value for group in breakdown if group.tax)
        found = []
        for element in self.all(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxTotalAmount"):
            amount = self.amount_of(element, "BT-110")
            if amount is not None:
                found.append(VatTotal(amount, parts if amount.currency == currency else None))
        return tuple(found)

    def line(self, element: Element) -> Line:
        product = self.one(element, "ram:SpecifiedTradeProduct", "BG-31")
        agreement = self.one(element, "ram:SpecifiedLineTradeAgreement", "BG-29")
        settlement = self.one(element, "ram:SpecifiedLineTradeSettlement", "BG-30")
        quantity = self.one(element, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", "BT-129")
        classes = self.all(product, "ram:DesignatedProductClassification/ram:ClassCode")
        traits = self.all(product, "ram:ApplicableProductCharacteristic")
        return Line(
            id=self.text(element, "ram:AssociatedDocumentLineDocument/ram:LineID", "BT-126"),
            quantity=None if quantity is None else self.decimal_of(quantity, "BT-129"),
            unit=None if quantity is None else attribute(quantity, "unitCode"),
            net=self.amount(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", "BT-131"),
            name=self.text(product, "ram:Name", "BT-153"),
            price=self.amount(agreement, "ram:NetPriceProductTradePrice/ram:ChargeAmount", "BT-146"),
            gross_price=self.amount(agreement, "ram:GrossPriceProductTradePrice/ram:ChargeAmount", "BT-148"),
            category=self.category(self.one(settlement, "ram:ApplicableTradeTax", "BG-30")),
            adjustments=self.adjustments(settlement, "BG-27"),
            period=self.period(self.one(settlement, "ram:BillingSpecifiedPeriod", "BG-26"), "BG-26"),
            standard_id=self.marked(product, "ram:GlobalID", "BT-157"),
            classifications=tuple(Identifier(content(code) or "", attribute(code, "listID")) for code in classes),
            attributes=tuple((self.text(el, "ram:Description", "BT-160"), self.text(el, "ram:Value", "BT-161")) for el in traits),
        )
