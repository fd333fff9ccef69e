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
const UUID = `[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`;
/** Where the issuer promises no length. */
const OPEN = "{20}";

interface TokenFamily {
  /** The issuer. */
  readonly source: string;
  readonly marks: readonly string[];
  /** The least that follows a mark; whatever goes on in the same alphabet belongs to the token. */
  readonly rest: string;
}

/** A mark that words end in has some of what follows: `store_`, `task_`, `path.` would be looked at everywhere. */
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
  { source: "Sendinblue", marks: ["xkeysib-", "xsmtpsib-"], rest: `${HEX}{64}-[A-Za-z0-9]{16}` },
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
  { source: "Aiven", marks: ["AVNS_"], rest: `${URL_SAFE}{19}` },
  { source: "Airtable", marks: [`pat${WORD}{7}${WORD}{7}[.]`], rest: `${HEX}{64}` },
  { source: "Apify", marks: ["apify_api_"], rest: `${WORD}{34}` },
  { source: "Buildkite", marks: ["bkua_"], rest: "[a-z0-9]{40}" },
  { source: "Cerebras", marks: ["csk-"], rest: "[a-z0-9]{40}" },
  { source: "CircleCI", marks: ["CCIPAT_"], rest: `${WORD}{22}_[0-9A-Fa-f]{40}` },
  { source: "Contentful", marks: ["CFPAT-"], rest: `${URL_SAFE}{43}` },
  { source: "DeepSeek", marks: ["sk-"], rest: `${HEX}{32}` },
  { source: "ElevenLabs", marks: [`sk_${HEX}{8}`], rest: `${HEX}{40}` },
  { source: "GitLab", marks: ["_gitlab_session="], rest: "[a-z0-9]{32}" },
  { source: "HubSpot", marks: ["pat-na1-", "pat-eu1-"], rest: UUID },
  { source: "Langfuse", marks: ["sk-lf-"], rest: UUID },
  { source: "LangSmith", marks: ["lsv2_pt_", "lsv2_sk_"], rest: `${HEX}{32}_${HEX}{10}` },
  { source: "MailerSend", marks: ["mlsn[.]"], rest: `${HEX}{64}` },
  { source: "MongoDB Atlas", marks: ["mdb_sa_sk_"], rest: `${URL_SAFE}{40}` },
  { source: "Neon", marks: ["napi_"], rest: "[a-z0-9]{60}" },
  { source: "Netlify", marks: ["nfp_"], rest: `${WORD}{36}` },
  { source: "Notion", marks: [`secret_${WORD}{16}`], rest: `${WORD}{27}` },
  { source: "NVIDIA", marks: ["nvapi-"], rest: `${URL_SAFE}{50}` },
  { source: "OpenRouter", marks: ["sk-or-v1-"], rest: `${HEX}{64}` },
  { source: "Pinecone", marks: ["pcsk_"], rest: `${WORD}{5,6}_${WORD}{50}` },
  { source: "PostHog", marks: ["phx_"], rest: `${WORD}{43}` },
  { source: "Resend", marks: [`re_${WORD}{8}_`], rest: `${WORD}{24}` },
  { source: "Slack", marks: ["xox[ar]-"], rest: `(?:\\d-)?${WORD}{8}` },
  { source: "Snyk", marks: ["snyk_uat[.]", "snyk_sat[.]"], rest: `${WORD}{8}[.]${URL_SAFE}{10}` },
  { source: "SonarQube", marks: ["sq[pua]_"], rest: `${HEX}{40}` },
  { source: "Supabase", marks: ["sbp_"], rest: `${HEX}{40}` },
  { source: "Supabase", marks: ["sb_secret_"], rest: `${URL_SAFE}{22}` },
  { source: "Tailscale", marks: ["tskey-"], rest: `[a-z]{3,10}-${WORD}{10}` },
  { source: "Tavily", marks: ["tvly-"], rest: `${URL_SAFE}{32}` },
  { source: "Together AI", marks: ["tgp_v1_"], rest: `${URL_SAFE}{43}` },
  { source: "Vercel", marks: ["vc[parik]_"], rest: `${WORD}{24}` },
];

/** Whose tokens are found, in order of name. */
export const TOKEN_ISSUERS: readonly string[] = [...new Set(FAMILIES.map(({ source }) => source))].toSorted();

/** A hash that begins as a key of ClickHouse does. */
const HASH = /^4b1d[0-9a-f]+$/;

/** Marks of tokens in base 64, or with dots. */
const WIDE =
  /^(?:gl|eyJr|(?:sc|ext|scauth|authress)_|GR|ops_|bedrock|tfp_|ABSK|fo1_|fm1|fm2_|glc_|whsec_|SG[.]|sntrys_|snyk|A[TC]|pscale_|hv[sb][.]|ya29)/;

/**
 * What the automaton looks for: a mark, and something behind it. The lengths would stand in as many states, and a mark
 * that follows fourteen letters would tell words of every length apart.
 */
const OPENINGS = FAMILIES.flatMap(({ marks }) => marks.map((mark) => mark.replace(`${WORD}{14}`, `${WORD}+`))).join(
  "|",
);
const SCAN = { pattern: `(?:${OPENINGS})[A-Za-z0-9_+/.=-]{8,}`, maxLength: 256 };

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
    sample("AVNS_", "rSzY4w7ztjB7f3RtDLH"),
    sample("pat", "Zg9RakGnRAyPcT.5c524e440066559a6656c90bd5482a90a29b9fa5ff5180bc0dbc0e15637ebb8e"),
    sample("apify_api_", "Gpz35Z9UCdFPXirZKXTwkFVvWVM5FsKywVgL"),
    sample("bkua_", "df3crys74jdc9xpii4gk5zjd4uj7k79w8tu83jh2"),
    sample("csk-", "m9xmf9tzeycvzt9suxma8swt7uyyty4ym6zxjknz8uf4k4vt"),
    sample("CCIPAT_", "yBNLpertMQ2vMsxCgQLDJH_a5f61debc267b0bc8d3b1939a9b4ddbe45cf642b"),
    sample("CFPAT-", "6uAaGWnrkKWsnaddQhUgxaa8LqqSzVhScBWVhUKgBHu"),
    sample("sk-", "e7914c0f87f17f8499ff30499a90ebb4"),
    sample("sk_", "108e360ddfcfc69e290d9f945ffa4d1278220ad2cf133734"),
    sample("_gitlab_session=", "u6jmm4kepcg2etdh3ia5fw99yzdiujuq"),
    sample("pat-na1-", "8278947b-ec54-0a21-23e7-cefa30c14d73"),
    sample("sk-lf-", "2f64cb79-abcc-4b9d-b165-c23115661ffb"),
    sample("lsv2_pt_", "0df9daee36452bcf48385971f1bba10e_f43a9e7516"),
    sample("mlsn.", "072cb95eb92e57561d80e1ed511b327f2f171fc118de91165c672a325260ebfd"),
    sample("mdb_sa_sk_", "n3ajsJyA2Vwe6QmHJVgF33S6bWJJkFgRwF5dnuRT"),
    sample("napi_", "d9rdnuzge4w2auib6jbd5tg2iwevkis9wucebbhdiy5sbq5iznxyakkgtkj655hx"),
    sample("nfp_", "WeQfqdLeD3uLkghqAGJ68cvDPACnRgxYbfPN"),
    sample("secret_", "T6NVmjY224RZY5R6u78DrhbYKK7RhaCGLbG2xUN452W"),
    sample("nvapi-", "gvg9krF5NawAGiqprM6aBWvBrViaigkxwbe46pwmuDkK5cZpBv3jPUUEBF3Yrp92"),
    sample("sk-or-v1-", "d90872129b6f237adc0cc56aca3b736998252d572dd7df79d82a5d04395d6a3a"),
    sample("pcsk_", "yEDhJ7_jEWN8ftaQwr75g7GANvLHFXKZr2Gn2ezW635Mxmps99GZG6ENPWZMfvz2FRbkfa"),
    sample("phx_", "AHqZJvAhaXzEh2yxUBH5gY2zNXaKUhtw34FnHUcX8EjdDQc"),
    sample("re_", "RTuyEKTG_mgdMk8a8RFeYJ5FA63KZ5BBS"),
    sample("xoxr-", "mfa9jFDP"),
    sample("snyk_uat.", "N5eAgjFT.q7vgiBDLb33id9putrsp.CPBc3yc5966daA62LXKV3N"),
    sample("squ_", "d2b6cd684fb9035e22c1d460fae4e72b005d284b"),
    sample("sbp_", "a6492933cb9bfe74800c47f1006d779171cb09ee"),
    sample("sb_secret_", "GtHZnjTxpqaaV8LpvEteDz_PjraGiV6"),
    sample("tskey-auth-", "mZ7cJfYEhAnn-PnfCDzFHXKZXS6Tg4KzHSS7BsSaLs4Rw"),
    sample("tvly-dev-", "Spe7MqJnDzYmHAfCw6rhv9tCBpcHcyjr"),
    sample("tgp_v1_", "ernQkwHxEyvpFCExfVtjky7Etv7THb2VSfVVA2Wjuhf"),
    sample("vcp_", "aKtPSWrPfFKYFsderjtbMNJhLvienYBKdTnhikPmRuLcm4S7WUrGNSdY"),
    sample("xsmtpsib-", "8f233a33951c5a83da3929add2292513d3ed27d093ab2ec357332cd389ed164c-usMNW5xjEJVD8tfV"),
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
    "secret_manager_credentials_provider",
    "re_index_all_of_the_documents_at_night",
    "sk_learn_pipeline_of_estimators_and_scalers",
    sample("sk-", "0123456789abcdef"),
    sample("pattern1234567890.", "a1"),
    "phx_config_and_telemetry_of_the_endpoint_supervisor_tree",
    "SKU-123456",
    "EAAA",
    sample("SG.", "short.too"),
  ],
};

function sample(mark: string, rest: string): string {
  return mark + rest;
}
