/**
 * Tokens whose issuers put their own mark in front.
 *
 * Owns the table of marks: a literal no one writes by chance, the alphabet and the length behind it.
 */
import { type Candidate, type Detector, SCORES } from "../detector.ts";

/** Fewer different characters behind the mark is a placeholder, as in `glpat-xxxxxxxxxxxxxxxxxxxx`. */
const DISTINCT_LEAST = 5;

const HEX = "[0-9a-f]";
const WORD = "[A-Za-z0-9]";
const URL_SAFE = "[A-Za-z0-9_-]";
/** Where the issuer promises no length. */
const OPEN = "{20}";

/** Issuer, its marks, and the least that follows them; whatever goes on in the same alphabet belongs to the token. */
const FAMILIES: readonly (readonly [issuer: string, marks: readonly string[], rest: string])[] = [
  ["1Password", ["A3-"], "[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}"],
  ["1Password", ["ops_eyJ"], "[A-Za-z0-9+/]{20}"],
  ["Adafruit, Doppler", ["dp[.]pt[.]", "dp[.]st[.]", "dp[.]ct[.]", "dp[.]sa[.]"], `${WORD}{40}`],
  ["age", ["AGE-SECRET-KEY-1"], "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"],
  ["Alibaba", ["LTAI"], `${WORD}{17}`],
  ["Anthropic", ["sk-ant-"], `${URL_SAFE}${OPEN}`],
  ["Atlassian", ["ATATT3", "ATCTT3", "ATBB"], `[A-Za-z0-9_=-]{24}`],
  ["Adobe", ["p8e-"], "[A-Za-z0-9]{32}"],
  [
    "Authress",
    ["(?:sc|ext|scauth|authress)_"],
    "[a-z0-9]{5,30}[.][a-z0-9]{4,6}[.]acc[_-][a-z0-9-]{10,32}[.][a-z0-9+/_=-]{30}",
  ],
  ["AWS Bedrock", ["bedrock-api-key-"], "YmVkcm9jay5hbWF6b25hd3MuY29t"],
  ["ClickHouse Cloud", ["4b1d"], `${WORD}{38}`],
  ["AWS Bedrock", ["ABSK"], "[A-Za-z0-9+/]{80}"],
  ["Cloudflare", ["v1[.]0-"], `${HEX}{24}-${HEX}{100}`],
  ["Clojars", ["CLOJARS_"], "[a-z0-9]{60}"],
  ["Databricks", ["dapi"], `${HEX}{32}(?:-\\d)?`],
  ["Defined Networking", ["dnkey-"], "[A-Za-z0-9_=-]{26}-[A-Za-z0-9_=-]{52}"],
  ["DigitalOcean", ["doo_v1_", "dop_v1_", "dor_v1_"], `${HEX}{64}`],
  ["Docker", ["dckr_pat_", "dckr_oat_"], `${URL_SAFE}{20}`],
  ["Duffel", ["duffel_live_", "duffel_test_"], "[A-Za-z0-9_=-]{43}"],
  ["Dynatrace", ["dt0c01[.]", "dt0s01[.]"], "[A-Za-z0-9]{24}[.][A-Za-z0-9]{64}"],
  ["EasyPost", ["EZAK", "EZTK"], `${WORD}{54}`],
  ["Figma", ["figd_"], `${URL_SAFE}{40}`],
  ["Flutterwave", ["FLWSECK_TEST-", "FLWSECK-", "FLWPUBK_TEST-"], "[A-Za-z0-9]{12}(?:-X)?"],
  ["Fly.io", ["fo1_", "fm1a_", "fm1r_", "fm2_"], `[A-Za-z0-9_+/-]{40}`],
  ["Frame.io", ["fio-u-"], "[A-Za-z0-9_=-]{64}"],
  [
    "GitLab",
    [
      "glpat-",
      "glptt-",
      "gldt-",
      "glrt-",
      "glrtr-",
      "glcbt-",
      "glft-",
      "glimt-",
      "glagent-",
      "gloas-",
      "glsoat-",
      "glffct-",
      "GR1348941",
    ],
    `[A-Za-z0-9_.-]${OPEN}`,
  ],
  ["Google", ["AIza"], `${URL_SAFE}{35}`],
  ["Google", ["ya29[.]", "GOCSPX-"], `${URL_SAFE}${OPEN}`],
  ["Grafana", ["glc_", "glsa_"], `[A-Za-z0-9_+/]${OPEN}`],
  ["Grafana", ["eyJrIjoi"], `${WORD}{60}`],
  ["Groq", ["gsk_"], `${WORD}{52}`],
  ["Harness", ["pat[.]", "sat[.]"], `${URL_SAFE}{22}[.]${WORD}{24}[.]${WORD}{20}`],
  ["Heroku", ["HRKU-AA"], `${URL_SAFE}{50}`],
  ["Hugging Face", ["hf_", "api_org_"], `${WORD}{34}`],
  ["Infracost", ["ico-"], `${WORD}{32}`],
  ["Intra 42", ["s-s4t2ud-", "s-s4t2af-"], `${HEX}{64}`],
  ["JFrog", ["AKCp"], `${WORD}{64}`],
  ["JFrog", ["cmVmd"], `${WORD}{59}`],
  ["Linear", ["lin_api_", "lin_oauth_"], `${WORD}{40}`],
  ["Mapbox", ["pk[.]", "sk[.]"], "[A-Za-z0-9]{60}[.][A-Za-z0-9]{22}"],
  ["New Relic", ["NRAK-", "NRII-", "NRJS-"], "[A-Za-z0-9-]{19}"],
  ["Notion", ["ntn_"], `${WORD}{40}`],
  ["npm", ["npm_"], `${WORD}{36}`],
  ["Octopus Deploy", ["API-"], "[A-Z0-9]{26}"],
  ["OpenAI", ["sk-proj-", "sk-svcacct-", "sk-admin-"], `${URL_SAFE}${OPEN}`],
  ["OpenAI", ["sk-"], `${WORD}{20}T3BlbkFJ${WORD}{20}`],
  ["OpenShift", ["sha256~"], `${URL_SAFE}{43}`],
  ["Perplexity", ["pplx-"], `${WORD}{48}`],
  ["PlanetScale", ["pscale_tkn_", "pscale_oauth_", "pscale_pw_"], "[A-Za-z0-9=._-]{32}"],
  ["Postman", ["PMAK-"], `${HEX}{24}-${HEX}{34}`],
  ["Prefect", ["pnu_", "pnb_"], `${WORD}{36}`],
  ["Pulumi", ["pul-"], `${HEX}{40}`],
  ["PyPI", ["pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZ"], `${URL_SAFE}{40}`],
  ["ReadMe", ["rdme_"], "[a-z0-9]{70}"],
  ["Replicate", ["r8_"], `${WORD}{37}`],
  ["RubyGems", ["rubygems_"], `${HEX}{48}`],
  ["Scalingo", ["tk-us-"], `${URL_SAFE}{48}`],
  ["SendGrid", ["SG[.]"], `[A-Za-z0-9=_-]{22}[.]?[A-Za-z0-9=_.-]{20}`],
  ["Sendinblue", ["xkeysib-"], `${HEX}{64}-[A-Za-z0-9]{16}`],
  ["Sentry", ["sntrys_", "sntryu_"], `[A-Za-z0-9_+/=-]{40}`],
  ["SettleMint", ["sm_aat_", "sm_pat_", "sm_sat_"], `${WORD}{16}`],
  ["Shippo", ["shippo_live_", "shippo_test_"], "[A-Za-f0-9]{40}"],
  ["Shopify", ["shpat_", "shpca_", "shppa_", "shpss_"], "[A-Fa-f0-9]{32}"],
  ["Slack", ["xox[abeoprs]-", "xoxe[.]xox[bp]-", "xapp-"], "[A-Za-z0-9-]{10}"],
  ["Sourcegraph", ["sgp_"], "(?:[A-Fa-f0-9]{16}_|local_)?[A-Fa-f0-9]{40}"],
  ["Square", ["sq0atp-", "sq0csp-"], `${URL_SAFE}{22}`],
  ["Square, Facebook", ["EAAA", "EAAM", "EAAC"], `${URL_SAFE}{22}`],
  ["Stripe", ["sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"], `${WORD}{10}`],
  ["Stripe, Svix", ["whsec_"], "[A-Za-z0-9+/]{24}"],
  ["Terraform Cloud", [`${WORD}{14}[.]atlasv1[.]`], "[A-Za-z0-9_=-]{60}"],
  ["Twilio", ["SK"], "[0-9A-Fa-f]{32}"],
  ["Typeform", ["tfp_"], "[A-Za-z0-9_.=-]{40}"],
  ["Vault", ["hvs[.]", "hvb[.]"], `${URL_SAFE}{24}`],
  ["xAI", ["xai-"], `${WORD}{80}`],
  ["Yandex", ["AQVN"], `${URL_SAFE}{35}`],
];

/** Whose tokens are found, in order of name. */
export const TOKEN_ISSUERS: readonly string[] = [...new Set(FAMILIES.map(([issuer]) => issuer))].toSorted();

/** A hash that begins as a key of ClickHouse does. */
const HASH = /^4b1d[0-9a-f]+$/;

/** Marks of tokens in base 64, or with dots. */
const WIDE =
  /^(?:gl|eyJr|(?:sc|ext|scauth|authress)_|GR|ops_|bedrock|tfp_|ABSK|fo1_|fm1|fm2_|glc_|whsec_|SG[.]|sntrys_|A[TC]|pscale_|hv[sb][.]|ya29)/;

/**
 * What the automaton looks for: a mark, and something behind it. The lengths would stand in as many states, and a mark
 * that follows fourteen letters would tell words of every length apart.
 */
const OPENINGS = FAMILIES.map(([, marks]) => marks)
  .flatMap((marks) => marks.map((mark) => mark.replace(`${WORD}{14}`, `${WORD}+`)))
  .join("|");
const SCAN = { pattern: `(?:${OPENINGS})[A-Za-z0-9_+/.=-]{10,}`, maxLength: 256 };

/** Text in front of the secret part, which is the same in every token of an issuer. */
const MARK = new RegExp(`^(?:${FAMILIES.flatMap(([, marks]) => marks).join("|")})`);

export const vendorToken: Detector = {
  entity: "VENDOR_TOKEN",
  source: "the issuers' documentation of their token formats",
  pattern: FAMILIES.map(([, marks, rest]) => `(?:${marks.join("|")})${rest}`).join("|"),
  boundary: "leading",
  isPlain: true,
  scan: SCAN,
  tail: ["[A-Za-z0-9_-]*", "[A-Za-z0-9_+/.=-]*"],
  whichTail: ({ text }) => (WIDE.test(text) ? 1 : 0),
  validate: ({ text }: Candidate) =>
    new Set(text.replace(MARK, "")).size < DISTINCT_LEAST || HASH.test(text) ? 0 : SCORES.strong,
  // Put together here, so that no scanner takes the source for a leak.
  hits: [
    sample("glpat-", "Kq7Zt3xW9bN2mR5vL8cJ"),
    sample("xoxb-", "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"),
    sample("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
    sample("sk-ant-", "api03-Kq7Zt3xW9bN2mR5vL8cJKq7Zt3xW9bN2mR5vL8cJ-AA"),
    sample("npm_", "Kq7Zt3xW9bN2mR5vL8cJKq7Zt3xW9bN2mR5v"),
    sample("SG.", "Kq7Zt3xW9bN2mR5vL8cJ_x.Kq7Zt3xW9bN2mR5vL8cJKq7Zt3xW9bN2mR5vL8cJKq7"),
    sample("AIza", "SyKq7Zt3xW9bN2mR5vL8cJKq7Zt3xW9bN2m"),
    sample("dop_v1_", "0123456789abcdef".repeat(4)),
    sample("hvs.", "CAESIKq7Zt3xW9bN2mR5vL8cJKq7Zt3xW9bN2"),
    sample("shpat_", "0123456789abcdef0123456789ABCDEF"),
  ],
  misses: [
    sample("glpat-", "short"),
    sample("glpat-", "x".repeat(20)),
    "npm_config_registry_and_other_settings_of_it",
    "hf_transfer_is_enabled_for_this_download_now",
    "sk-learn-compatible-pipelines-of-estimators",
    sample("sk_live_", "short"),
    sample("sha256:4b1d", "c4698ab01c4a1f77fc62345f523d7a77a5651c9b2504e651d2d0a1c323e9"),
    "API-REFERENCE",
    "SKU-123456",
    "EAAA",
    sample("SG.", "short.too"),
  ],
};

function sample(mark: string, rest: string): string {
  return mark + rest;
}
