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

interface TokenFamily {
  /** The issuer. */
  readonly source: string;
  readonly marks: readonly string[];
  /** The least that follows a mark; whatever goes on in the same alphabet belongs to the token. */
  readonly rest: string;
}

const FAMILIES: readonly TokenFamily[] = [
  {
    source: "1Password",
    marks: ["A3-"],
    rest: "[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
  },
  { source: "1Password", marks: ["ops_eyJ"], rest: "[A-Za-z0-9+/]{20}" },
  { source: "Adafruit, Doppler", marks: ["dp[.]pt[.]", "dp[.]st[.]", "dp[.]ct[.]", "dp[.]sa[.]"], rest: `${WORD}{40}` },
  { source: "age", marks: ["AGE-SECRET-KEY-1"], rest: "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}" },
  { source: "Alibaba", marks: ["LTAI"], rest: `${WORD}{17}` },
  { source: "Anthropic", marks: ["sk-ant-"], rest: `${URL_SAFE}${OPEN}` },
  { source: "Atlassian", marks: ["ATATT3", "ATCTT3", "ATBB"], rest: `[A-Za-z0-9_=-]{24}` },
  { source: "Adobe", marks: ["p8e-"], rest: "[A-Za-z0-9]{32}" },
  {
    source: "Authress",
    marks: ["(?:sc|ext|scauth|authress)_"],
    rest: "[a-z0-9]{5,30}[.][a-z0-9]{4,6}[.]acc[_-][a-z0-9-]{10,32}[.][a-z0-9+/_=-]{30}",
  },
  { source: "AWS Bedrock", marks: ["bedrock-api-key-"], rest: "YmVkcm9jay5hbWF6b25hd3MuY29t" },
  { source: "ClickHouse Cloud", marks: ["4b1d"], rest: `${WORD}{38}` },
  { source: "AWS Bedrock", marks: ["ABSK"], rest: "[A-Za-z0-9+/]{80}" },
  { source: "Cloudflare", marks: ["v1[.]0-"], rest: `${HEX}{24}-${HEX}{100}` },
  { source: "Clojars", marks: ["CLOJARS_"], rest: "[a-z0-9]{60}" },
  { source: "Databricks", marks: ["dapi"], rest: `${HEX}{32}(?:-\\d)?` },
  { source: "Defined Networking", marks: ["dnkey-"], rest: "[A-Za-z0-9_=-]{26}-[A-Za-z0-9_=-]{52}" },
  { source: "DigitalOcean", marks: ["doo_v1_", "dop_v1_", "dor_v1_"], rest: `${HEX}{64}` },
  { source: "Docker", marks: ["dckr_pat_", "dckr_oat_"], rest: `${URL_SAFE}{20}` },
  { source: "Duffel", marks: ["duffel_live_", "duffel_test_"], rest: "[A-Za-z0-9_=-]{43}" },
  { source: "Dynatrace", marks: ["dt0c01[.]", "dt0s01[.]"], rest: "[A-Za-z0-9]{24}[.][A-Za-z0-9]{64}" },
  { source: "EasyPost", marks: ["EZAK", "EZTK"], rest: `${WORD}{54}` },
  { source: "Figma", marks: ["figd_"], rest: `${URL_SAFE}{40}` },
  { source: "Flutterwave", marks: ["FLWSECK_TEST-", "FLWSECK-", "FLWPUBK_TEST-"], rest: "[A-Za-z0-9]{12}(?:-X)?" },
  { source: "Fly.io", marks: ["fo1_", "fm1a_", "fm1r_", "fm2_"], rest: `[A-Za-z0-9_+/-]{40}` },
  { source: "Frame.io", marks: ["fio-u-"], rest: "[A-Za-z0-9_=-]{64}" },
  {
    source: "GitLab",
    marks: [
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
    rest: `[A-Za-z0-9_.-]${OPEN}`,
  },
  { source: "Google", marks: ["AIza"], rest: `${URL_SAFE}{35}` },
  { source: "Google", marks: ["ya29[.]", "GOCSPX-"], rest: `${URL_SAFE}${OPEN}` },
  { source: "Grafana", marks: ["glc_", "glsa_"], rest: `[A-Za-z0-9_+/]${OPEN}` },
  { source: "Grafana", marks: ["eyJrIjoi"], rest: `${WORD}{60}` },
  { source: "Groq", marks: ["gsk_"], rest: `${WORD}{52}` },
  { source: "Harness", marks: ["pat[.]", "sat[.]"], rest: `${URL_SAFE}{22}[.]${WORD}{24}[.]${WORD}{20}` },
  { source: "Heroku", marks: ["HRKU-AA"], rest: `${URL_SAFE}{50}` },
  { source: "Hugging Face", marks: ["hf_", "api_org_"], rest: `${WORD}{34}` },
  { source: "Infracost", marks: ["ico-"], rest: `${WORD}{32}` },
  { source: "Intra 42", marks: ["s-s4t2ud-", "s-s4t2af-"], rest: `${HEX}{64}` },
  { source: "JFrog", marks: ["AKCp"], rest: `${WORD}{64}` },
  { source: "JFrog", marks: ["cmVmd"], rest: `${WORD}{59}` },
  { source: "Linear", marks: ["lin_api_", "lin_oauth_"], rest: `${WORD}{40}` },
  { source: "Mapbox", marks: ["pk[.]", "sk[.]"], rest: "[A-Za-z0-9]{60}[.][A-Za-z0-9]{22}" },
  { source: "New Relic", marks: ["NRAK-", "NRII-", "NRJS-"], rest: "[A-Za-z0-9-]{19}" },
  { source: "Notion", marks: ["ntn_"], rest: `${WORD}{40}` },
  { source: "npm", marks: ["npm_"], rest: `${WORD}{36}` },
  { source: "Octopus Deploy", marks: ["API-"], rest: "[A-Z0-9]{26}" },
  { source: "OpenAI", marks: ["sk-proj-", "sk-svcacct-", "sk-admin-"], rest: `${URL_SAFE}${OPEN}` },
  { source: "OpenAI", marks: ["sk-"], rest: `${WORD}{20}T3BlbkFJ${WORD}{20}` },
  { source: "OpenShift", marks: ["sha256~"], rest: `${URL_SAFE}{43}` },
  { source: "Perplexity", marks: ["pplx-"], rest: `${WORD}{48}` },
  { source: "PlanetScale", marks: ["pscale_tkn_", "pscale_oauth_", "pscale_pw_"], rest: "[A-Za-z0-9=._-]{32}" },
  { source: "Postman", marks: ["PMAK-"], rest: `${HEX}{24}-${HEX}{34}` },
  { source: "Prefect", marks: ["pnu_", "pnb_"], rest: `${WORD}{36}` },
  { source: "Pulumi", marks: ["pul-"], rest: `${HEX}{40}` },
  { source: "PyPI", marks: ["pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZ"], rest: `${URL_SAFE}{40}` },
  { source: "ReadMe", marks: ["rdme_"], rest: "[a-z0-9]{70}" },
  { source: "Replicate", marks: ["r8_"], rest: `${WORD}{37}` },
  { source: "RubyGems", marks: ["rubygems_"], rest: `${HEX}{48}` },
  { source: "Scalingo", marks: ["tk-us-"], rest: `${URL_SAFE}{48}` },
  { source: "SendGrid", marks: ["SG[.]"], rest: `[A-Za-z0-9=_-]{22}[.]?[A-Za-z0-9=_.-]{20}` },
  { source: "Sendinblue", marks: ["xkeysib-"], rest: `${HEX}{64}-[A-Za-z0-9]{16}` },
  { source: "Sentry", marks: ["sntrys_", "sntryu_"], rest: `[A-Za-z0-9_+/=-]{40}` },
  { source: "SettleMint", marks: ["sm_aat_", "sm_pat_", "sm_sat_"], rest: `${WORD}{16}` },
  { source: "Shippo", marks: ["shippo_live_", "shippo_test_"], rest: "[A-Za-f0-9]{40}" },
  { source: "Shopify", marks: ["shpat_", "shpca_", "shppa_", "shpss_"], rest: "[A-Fa-f0-9]{32}" },
  { source: "Slack", marks: ["xox[abeoprs]-", "xoxe[.]xox[bp]-", "xapp-"], rest: "[A-Za-z0-9-]{10}" },
  { source: "Sourcegraph", marks: ["sgp_"], rest: "(?:[A-Fa-f0-9]{16}_|local_)?[A-Fa-f0-9]{40}" },
  { source: "Square", marks: ["sq0atp-", "sq0csp-"], rest: `${URL_SAFE}{22}` },
  { source: "Square, Facebook", marks: ["EAAA", "EAAM", "EAAC"], rest: `${URL_SAFE}{22}` },
  {
    source: "Stripe",
    marks: ["sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"],
    rest: `${WORD}{10}`,
  },
  { source: "Stripe, Svix", marks: ["whsec_"], rest: "[A-Za-z0-9+/]{24}" },
  { source: "Terraform Cloud", marks: [`${WORD}{14}[.]atlasv1[.]`], rest: "[A-Za-z0-9_=-]{60}" },
  { source: "Twilio", marks: ["SK"], rest: "[0-9A-Fa-f]{32}" },
  { source: "Typeform", marks: ["tfp_"], rest: "[A-Za-z0-9_.=-]{40}" },
  { source: "Vault", marks: ["hvs[.]", "hvb[.]"], rest: `${URL_SAFE}{24}` },
  { source: "xAI", marks: ["xai-"], rest: `${WORD}{80}` },
  { source: "Yandex", marks: ["AQVN"], rest: `${URL_SAFE}{35}` },
];

/** Whose tokens are found, in order of name. */
export const TOKEN_ISSUERS: readonly string[] = [...new Set(FAMILIES.map(({ source }) => source))].toSorted();

/** A hash that begins as a key of ClickHouse does. */
const HASH = /^4b1d[0-9a-f]+$/;

/** Marks of tokens in base 64, or with dots. */
const WIDE =
  /^(?:gl|eyJr|(?:sc|ext|scauth|authress)_|GR|ops_|bedrock|tfp_|ABSK|fo1_|fm1|fm2_|glc_|whsec_|SG[.]|sntrys_|A[TC]|pscale_|hv[sb][.]|ya29)/;

/**
 * What the automaton looks for: a mark, and something behind it. The lengths would stand in as many states, and a mark
 * that follows fourteen letters would tell words of every length apart.
 */
const OPENINGS = FAMILIES.flatMap(({ marks }) => marks.map((mark) => mark.replace(`${WORD}{14}`, `${WORD}+`))).join(
  "|",
);
const SCAN = { pattern: `(?:${OPENINGS})[A-Za-z0-9_+/.=-]{10,}`, maxLength: 256 };

/** Text in front of the secret part, which is the same in every token of an issuer. */
const MARK = new RegExp(`^(?:${FAMILIES.flatMap(({ marks }) => marks).join("|")})`);

export const vendorToken: Detector = {
  entity: "VENDOR_TOKEN",
  source: "the issuers' documentation of their token formats",
  pattern: FAMILIES.map(({ marks, rest }) => `(?:${marks.join("|")})${rest}`).join("|"),
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
