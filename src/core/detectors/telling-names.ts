/** Names of fields that tell what their value is; lower case, one space between words. docs/detectors.md shows them. Long lists are texts: they are smaller so. */
export const SECRET_NAMES = (
  "password,passwd,pwd,pass,passphrase,passcode,secret,client secret,secret key,api key,access key,auth key," +
  "encryption key,signing key,token,auth token,access token,refresh token,session token,private key," +
  "credentials,master key,account key,secret key base,seed phrase,mnemonic,recovery code,backup code," +
  "verification code,mfa code,otp,security answer,secret answer,password hash,pw,rediscli auth"
).split(",");

export const PERSONAL_NAMES = (
  "first name,last name,middle name,full name,maiden name,given name,family name,surname,forename,fname,lname," +
  "first names,last names,middle initial,legal name,birth name,preferred name,contact name,customer name," +
  "employee name,guest name,passenger name,beneficiary name,spouse name,father name,mother name,name on card," +
  "emergency contact,emergency contact name,account holder,account holder name,card holder,cardholder name," +
  "card holder name,street,street name,street line,street address,address line,home address,postal address," +
  "mailing address,billing address,shipping address,delivery address,residential address,postal code,post code," +
  "zip,zip code,birth place,place of birth,patient,patient name,next of kin,real name,caller name,mailing city," +
  "billing city,shipping city,home city,strt nm,pst cd,twn nm,adr line,city of birth"
).split(",");

/** Of elements: HL7 CDA, and parties of ISO 20022. */
export const PERSONAL_ELEMENTS = ["given", "family", "Nm"];

/** Of dates that are written in more ways than the pattern of dates has, as `1985-03-14T00:00:00Z` and `19850314`. */
export const BIRTH_NAMES =
  "dob,date of birth,birth date,birth day,birth dt,birth time,bday,geburtsdatum,geboortedatum".split(",");

export const CARD_NAMES = (
  "cvv,cvc,csc,security code,card expiry,card expiration,card exp,expiry date,expiration date,exp date," +
  "card verification,valid thru"
).split(",");
