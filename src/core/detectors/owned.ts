/** Which fields tell what their value is by the object that holds them; docs/detectors.md shows them. */
import { OwnedNames, type OwnedRow } from "../owned-names.ts";

export const OWNED_PERSONAL = new OwnedNames([
  row(
    "customer,customer details,patient,passenger,passengers,guest,guests,employee,beneficiary,contact,contacts,billing," +
      "billing details,shipping,recipient,card holder,account holder,insured,applicant,debtor,creditor,spouse",
    "name",
  ),
  { ...row("name,names", "first,last,middle,full,given,family,formatted,text"), isWhole: true },
  row("address,addresses", "line,lines,address,address line,text,formatted,city,town,locality,name"),
  row("card,account", "holder,holder name"),
  row("birth", "place,city"),
  // FHIR, Reference.
  row("patient,subject", "display"),
]);

export const OWNED_BIRTH = new OwnedNames([row("birth", "date,day")]);

export const OWNED_CARD = new OwnedNames([row("card", "expiry,expiration")]);

function row(owners: string, names: string): OwnedRow {
  return { owners: owners.split(","), names: names.split(",") };
}
