/**
 * Names of fields that tell what their value is, in the languages of packs.
 *
 * Owns the table. Words that name other things as well are left out: `nom`, `adresse`, `ort`, `via`, `cap`, `clave`.
 */
export interface TellingNames {
  readonly personal: readonly string[];
  readonly secret: readonly string[];
}

/** Comma-separated, lower case, one space between words; of three words at most. */
const GERMAN = names(
  "vorname, nachname, familienname, geburtsname, strasse, straße, straßenname, hausnummer, anschrift, wohnort, plz, postleitzahl, " +
    "geburtsort, kontoinhaber, karteninhaber, lieferadresse, rechnungsadresse",
  "passwort, kennwort",
);
const FRENCH = names(
  "prénom, prenom, nom complet, nom de famille, nom de naissance, adresse postale, code postal, lieu de naissance, titulaire",
  "mot de passe",
);
const SPANISH = names(
  "apellido, apellidos, nombre completo, domicilio, dirección postal, direccion postal, código postal, codigo postal, " +
    "lugar de nacimiento, lugar nacimiento, titular",
  "contraseña, contrasena",
);
const ITALIAN = names(
  "cognome, nome completo, indirizzo, codice postale, luogo di nascita, luogo nascita, intestatario",
  "",
);
const PORTUGUESE = names(
  "sobrenome, apelido, nome completo, endereço, endereco, logradouro, código postal, codigo postal, cep, nome da mãe, nome da mae",
  "senha, palavra passe",
);
const DUTCH = names(
  "voornaam, achternaam, straat, straatnaam, woonplaats, geboorteplaats, rekeninghouder",
  "wachtwoord",
);
const POLISH = names("imię, imie, nazwisko, ulica, kod pocztowy, miejsce urodzenia", "hasło, haslo");
const SWEDISH = names("förnamn, fornamn, efternamn, gatuadress, postnummer, födelseort", "lösenord, losenord");
const NORWEGIAN = names("fornavn, etternavn, gateadresse, postnummer, fødested", "passord");
const DANISH = names("fornavn, efternavn, gadenavn, postnummer, fødested", "adgangskode");
const FINNISH = names("etunimi, sukunimi, katuosoite, postinumero, syntymäpaikka", "salasana");
const TURKISH = names("soyad, soyadı, soyadi, doğum yeri, posta kodu", "şifre, parola");

/** By pack. */
export const FIELD_NAMES: Readonly<Record<string, readonly TellingNames[]>> = {
  de: [GERMAN],
  at: [GERMAN],
  ch: [GERMAN, FRENCH, ITALIAN],
  fr: [FRENCH],
  be: [DUTCH, FRENCH],
  ca: [FRENCH],
  es: [SPANISH],
  mx: [SPANISH],
  ar: [SPANISH],
  cl: [SPANISH],
  it: [ITALIAN],
  pt: [PORTUGUESE],
  br: [PORTUGUESE],
  nl: [DUTCH],
  pl: [POLISH],
  se: [SWEDISH],
  no: [NORWEGIAN],
  dk: [DANISH],
  fi: [FINNISH],
  tr: [TURKISH],
};

function names(personal: string, secret: string): TellingNames {
  const listed = (text: string): string[] => text.split(", ").filter((name) => name !== "");
  return { personal: listed(personal), secret: listed(secret) };
}
