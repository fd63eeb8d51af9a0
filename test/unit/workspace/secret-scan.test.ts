import { describe, expect, it } from 'vitest';
import { parseAllowList } from '../../../src/workspace/secret-allow-list.js';
import { SECRET_RULES } from '../../../src/workspace/secret-rules.js';
import { scanBytes } from '../../../src/workspace/secret-scan.js';

/** Looks random, is the same on every run; put together here so that no scanner takes this file for a leak. */
function random(
  length: number,
  alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
): string {
  let state = length * 7919;
  let text = '';
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += alphabet[Math.floor((state / 2_147_483_648) * alphabet.length)];
  }
  return text;
}
const hex = (length: number): string => random(length, '0123456789abcdef');
const upper = (length: number): string => random(length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');

function rules(text: string, name = 'file.txt'): readonly string[] {
  return scanBytes(Buffer.from(text, 'latin1'), name).map((hit) => hit.rule);
}

/** One of each form that an owner documents. */
const EXAMPLES: readonly (readonly [rule: string, text: string])[] = [
  ['anthropic-key', `sk-ant-api03-${random(93)}AA`],
  ['anthropic-key', `sk-ant-oat01-${random(86)}`],
  ['openai-key', `sk-proj-${random(74)}T3BlbkFJ${random(74)}`],
  ['openai-legacy-key', `sk-${random(20)}T3BlbkFJ${random(20)}`],
  ['github-token', `ghp_${random(36)}`],
  ['github-token', `gho_${random(36)}`],
  ['github-token', `ghs_${random(36)}`],
  ['github-fine-grained-token', `github_pat_${random(22)}_${random(59)}`],
  ['aws-access-key', `AKIA${upper(16)}`],
  ['aws-access-key', `ASIA${upper(16)}`],
  ['aws-secret-key', `aws_secret_access_key = ${random(38)}/+`],
  ['aws-secret-key', `"SecretAccessKey": "${random(40)}"`],
  ['anthropic-key', `sk-ant-admin01-${random(93)}AA`],
  ['openai-key', `sk-svcacct-${random(58)}T3BlbkFJ${random(58)}`],
  ['openrouter-key', `sk-or-v1-${hex(64)}`],
  ['groq-key', `gsk_${random(52)}`],
  ['xai-key', `xai-${random(80)}`],
  ['perplexity-key', `pplx-${random(48)}`],
  ['replicate-token', `r8_${random(37)}`],
  ['generic-secret', `MISTRAL_API_KEY=${random(32)}`],
  ['generic-secret', `COHERE_API_KEY=${random(40)}`],
  ['github-token', `ghu_${random(36)}`],
  ['github-token', `ghr_${random(36)}`],
  ['aws-bedrock-key', `ABSK${random(128)}`],
  ['google-oauth-token', `ya29.${random(120)}`],
  ['azure-shared-access-key', `SharedAccessKey=${random(43)}=`],
  ['azure-devops-token', `${random(76)}AZDO${random(4)}`],
  ['azure-sas-token', `https://x.blob.core.windows.net/c?sv=2024&sig=${random(43)}%3D`],
  ['slack-app-token', `xapp-1-A${upper(10)}-${random(13, '0123456789')}-${hex(64)}`],
  ['discord-webhook', `https://discord.com/api/webhooks/${random(19, '0123456789')}/${random(68)}`],
  ['discord-bot-token', `DISCORD_TOKEN=M${random(23)}.${random(6)}.${random(38)}`],
  [
    'teams-webhook',
    `https://o.webhook.office.com/webhookb2/${random(36)}@${random(36)}/IncomingWebhook/${hex(32)}/x`,
  ],
  ['telegram-bot-token', `${random(10, '123456789')}:AA${random(33)}`],
  ['gitlab-token', `gldt-${random(20)}`],
  ['gitlab-token', `glrt-${random(20)}`],
  ['gitlab-token', `GR1348941${random(20)}`],
  ['gitlab-token', `glpat-${random(30)}.01.${random(9)}`],
  ['docker-token', `dckr_pat_${random(27)}`],
  ['docker-token', `dckr_oat_${random(32)}`],
  ['stripe-key', `rk_live_${random(24)}`],
  ['stripe-webhook-secret', `whsec_${random(32)}`],
  ['generic-secret', `TWILIO_AUTH_TOKEN=${hex(32)}`],
  ['digitalocean-token', `dop_v1_${hex(64)}`],
  ['databricks-token', `dapi${hex(32)}`],
  ['shopify-token', `shpat_${hex(32)}`],
  ['sentry-token', `sntrys_${random(80)}`],
  ['sentry-token', `sntryu_${hex(64)}`],
  ['linear-key', `lin_api_${random(40)}`],
  ['notion-token', `ntn_${random(46)}`],
  ['atlassian-token', `ATATT3${random(180)}`],
  ['cloudflare-token', `cfut_${random(40)}${hex(8)}`],
  ['generic-secret', `CLOUDFLARE_API_TOKEN=${random(40)}`],
  ['newrelic-key', `NRAK-${upper(27)}`],
  ['newrelic-key', `NRII-${random(32)}`],
  ['newrelic-key', `${hex(36)}NRAL`],
  ['generic-secret', `DD_API_KEY=${hex(32)}`],
  ['generic-secret', `DATADOG_APP_KEY: "${hex(40)}"`],
  ['generic-secret', `secret_key_base: ${hex(128)}`],
  ['generic-secret', `HEROKU_API_KEY=${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`],
  ['grafana-token', `glsa_${random(32)}_${hex(8)}`],
  ['grafana-token', `glc_${random(120)}`],
  ['grafana-token', `eyJrIjoi${random(80)}`],
  ['vault-token', `hvs.${random(95)}`],
  ['terraform-cloud-token', `${random(14)}.atlasv1.${random(67)}`],
  ['vercel-token', `vcp_${random(56)}`],
  ['vercel-token', `vck_${random(56)}`],
  ['netlify-token', `nfp_${random(36)}`],
  ['supabase-token', `sbp_${hex(40)}`],
  ['supabase-token', `sb_secret_${random(31)}`],
  ['planetscale-token', `pscale_tkn_${random(43)}`],
  ['doppler-token', `dp.pt.${random(43)}`],
  ['square-token', `sq0atp-${random(22)}`],
  ['mailgun-key', `key-${hex(32)}`],
  ['mailchimp-key', `${hex(32)}-us21`],
  ['brevo-key', `xkeysib-${hex(64)}-${random(16)}`],
  ['rubygems-key', `rubygems_${hex(48)}`],
  ['cargo-token', `cio${random(32)}`],
  ['age-key', `AGE-SECRET-KEY-1${upper(58)}`],
  ['sonar-token', `squ_${hex(40)}`],
  ['sourcegraph-token', `sgp_${hex(16)}_${hex(40)}`],
  ['airtable-token', `AIRTABLE_TOKEN=pat${random(14)}.${hex(64)}`],
  ['harness-key', `pat.${random(22)}.${random(24)}.${random(20)}`],
  ['octopus-key', `API-${upper(26)}`],
  ['openshift-token', `sha256~${random(43)}`],
  ['prefect-key', `pnu_${random(36)}`],
  ['readme-key', `rdme_${hex(70)}`],
  ['typeform-token', `tfp_${random(59)}`],
  ['clojars-token', `CLOJARS_${hex(60)}`],
  ['easypost-key', `EZAK${random(54)}`],
  ['shippo-token', `shippo_live_${hex(40)}`],
  ['maxmind-key', `${random(6)}_${random(29)}_mmk`],
  ['google-api-key', `AIza${random(35)}`],
  ['google-oauth-secret', `GOCSPX-${random(28)}`],
  ['azure-storage-key', `AccountName=x;AccountKey=${random(86)}==;`],
  ['azure-client-secret', `${random(3)}8Q~${random(34)}`],
  ['azure-client-secret', `${random(3)}9Q~${random(34)}`],
  ['jwt', `eyJ${random(33)}.eyJ${random(60)}.${random(43)}`],
  ['alibaba-access-key', `LTAI${random(20)}`],
  ['cloudflare-origin-key', `v1.0-${hex(24)}-${hex(146)}`],
  ['heroku-key', `HRKU-AA${random(58)}`],
  ['fly-token', `FlyV1 fm2_${random(120)}`],
  ['1password-token', `ops_eyJ${random(300)}`],
  ['artifactory-token', `AKCp${random(69)}`],
  ['postman-key', `PMAK-${hex(24)}-${hex(34)}`],
  ['pulumi-token', `pul-${hex(40)}`],
  ['figma-token', `figd_${random(40)}`],
  ['dynatrace-token', `dt0c01.${upper(24)}.${upper(64)}`],
  ['slack-token', `xoxb-${random(12, '0123456789')}-${random(12, '0123456789')}-${random(24)}`],
  ['slack-webhook', `https://hooks.slack.com/services/T${upper(9)}/B${upper(9)}/${random(24)}`],
  ['npm-token', `npm_${random(36)}`],
  ['npm-auth-token', `//registry.example.com/:_authToken=${random(32)}`],
  ['pypi-token', `pypi-AgEIcHlwaS5vcmc${random(90)}`],
  ['gitlab-token', `glpat-${random(20)}`],
  ['stripe-key', `sk_live_${random(24)}`],
  ['sendgrid-key', `SG.${random(22)}.${random(43)}`],
  ['twilio-key', `SK${hex(32)}`],
  ['huggingface-token', `hf_${random(34)}`],
  [
    'private-key',
    `-----BEGIN RSA PRIVATE KEY-----\nMII${random(61)}\n${random(64)}\n-----END RSA PRIVATE KEY-----`,
  ],
  ['private-key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${random(70)}\n`],
  [
    'private-key',
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,${hex(32)}\n\n${random(64)}`,
  ],
  ['private-key', `{"private_key": "-----BEGIN PRIVATE KEY-----\\nMII${random(61)}\\n"}`],
  ['url-credentials', `postgres://admin:${random(12)}@db.internal:5432/app`],
  ['url-credentials', `redis://:${random(16)}@cache:6379`],
  ['url-credentials', `https://x-access-token:${random(30)}@github.com/o/r.git`],
  ['git-http-header', `extraheader = AUTHORIZATION: basic ${random(40)}`],
  ['generic-secret', `client_secret: "${random(40)}"`],
  ['generic-secret', `API_KEY=${random(40)}`],
  ['generic-secret', `APP_KEY=base64:${random(43)}=`],
  ['generic-secret', `define('AUTH_KEY', '${random(64)}');`],
  ['generic-secret', `PrivateKey = ${random(43)}=`],
  ['generic-secret', `ADMIN_KEY=${hex(32)}`],
  ['generic-secret', `CLIENT_SECRET=${random(30, 'abcdefghijklmnopqrstuvwxyz0123456789')}`],
  ['generic-secret', `Server=db;User Id=sa;Password=${random(20)};`],
  ['docker-auth', `{"auths":{"registry.example.com":{"auth":"${random(46)}=="}}}`],
  ['authorization-header', `curl -H 'Authorization: Bearer ${random(40)}' x`],
  ['authorization-header', `Authorization: Basic ${random(38)}==`],
  ['curl-user', `curl -u joe:${random(20)} https://api.example.com/`],
  ['adobe-secret', `p8e-${random(32)}`],
  ['bitbucket-token', `ATBB${random(32)}`],
  ['buildkite-token', `bkua_${hex(40)}`],
  ['circleci-token', `CCIPAT_${random(22)}_${hex(40)}`],
  ['contentful-token', `CFPAT-${random(43)}`],
  ['dropbox-token', `sl.B${random(140)}`],
  ['duffel-token', `duffel_live_${random(43)}`],
  ['facebook-token', `EAAC${random(120)}`],
  ['flutterwave-key', `FLWSECK_TEST-${hex(32)}-X`],
  ['frameio-token', `fio-u-${random(64)}`],
  ['hubspot-token', `pat-na1-${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`],
  ['infracost-key', `ico-${random(32)}`],
  ['langsmith-key', `lsv2_pt_${hex(32)}_${hex(10)}`],
  ['mapbox-secret-token', `sk.eyJ1${random(60)}.${random(22)}`],
  ['nebula-key', `dnkey-${random(26)}-${random(52)}`],
  ['paypal-token', `access_token$production$${hex(16)}$${hex(32)}`],
  ['scalingo-token', `tk-us-${random(48)}`],
  ['tailscale-key', `tskey-auth-${random(16)}-${random(32)}`],
  ['yandex-key', `AQVN${random(36)}`],
];

const PREFIX_RULES = new Set(SECRET_RULES.filter(({ kind }) => kind === 'prefix').map(({ id }) => id));

describe('secret scan', () => {
  it.each(EXAMPLES)('finds %s', (rule, text) => {
    expect(rules(text)).toContain(rule);
    expect(rules(`${'const a = 1;\n'.repeat(500)}let value = '${text}';\n`)).toContain(rule);
    expect(rules(`export KEY="${text}"`)).toContain(rule);
  });

  it.each([
    ['the example key of a manual', 'AKIAIOSFODNN7EXAMPLE'],
    ['its secret', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    [
      'the token of a manual',
      `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.${random(43)}`,
    ],
    ['a row of x', `ghp_${'x'.repeat(36)}`],
    ['a variable', `api_key = "\${SOME_VERY_LONG_VARIABLE_NAME_2}"`],
    ['a variable in a URL', `postgres://\${USER}:\${PASSWORD}@db/app`],
    ['a template in a URL', 'https://{{ user }}:{{ password }}@host.example.com'],
    ['the password of a throw-away database', 'postgres://postgres:postgres@localhost:5432/test'],
    ['user and password in words', 'https://user:password@example.com/'],
    ['a package address', 'https://unpkg.com/react@18.2.0/umd/react.production.min.js'],
    ['a secure shell address', 'ssh://git@github.com:22/o/r.git'],
    ['an empty key block', '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'],
    ['the words alone', 'if (text.includes("PRIVATE KEY")) return;'],
    ['a public certificate', `-----BEGIN CERTIFICATE-----\n${random(64)}\n-----END CERTIFICATE-----`],
    ['a checksum', `"integrity": "sha512-${random(86)}=="`],
    ['a commit', `commit ${hex(40)}`],
    ['an identifier', 'const token = someVeryLongFunctionName_withManyWords2(argument3);'],
    ['a path', 'import { tokenService } from "../../../services/authentication/token/service2"'],
    ['a long name', `call vcp_${'some_function_name_'.repeat(4)}here`],
    ['a key of a sort', `sort_key = "${'created_at_'.repeat(3)}desc"`],
    ['an event key', 'const appKey = "application.settings.appearance.theme2"'],
    ['a page token of a library', 'nextPageToken = "next_page_token_of_the_listing_2"'],
    [
      'a header with a variable',
      'curl -H "Authorization: Bearer $SOME_VERY_LONG_TOKEN_2" -u "$USER:$PASS" x',
    ],
    ['a way to log in', '{"auth": "bearerTokenAuthentication"}'],
    ['a header with a placeholder', 'Authorization: Bearer YOUR_API_KEY_GOES_HERE_1234'],
    ['a translation', '"password": "Please-enter-your-password-here-and-press-2-times"'],
  ])('does not take %s for a secret', (_what, text) => {
    expect(rules(text)).toEqual([]);
  });

  it('every rule has an example', () => {
    const examples = new Set(EXAMPLES.map(([rule]) => rule));
    expect(SECRET_RULES.map(({ id }) => id).filter((id) => !examples.has(id))).toEqual([]);
  });

  // A token's beginning alone, and a token within a longer word, are names, hashes or something that nobody can use.
  it.each(EXAMPLES.filter(([rule]) => PREFIX_RULES.has(rule)))(
    'does not take the beginning of %s for one',
    (_rule, text) => {
      expect(rules(text.slice(0, 12))).toEqual([]);
    },
  );

  it('tells the line, and never the value', () => {
    const hits = scanBytes(Buffer.from(`a\nb\nkey AKIA${upper(16)}\nc\nghp_${random(36)}\n`), 'f');
    expect(hits).toEqual([
      { line: 3, rule: 'aws-access-key' },
      { line: 5, rule: 'github-token' },
    ]);
  });

  it('finds tokens in binary files, in UTF-16 and in one endless line', () => {
    const token = `ghp_${random(36)}`;
    expect(rules(`\0\0\x01${token}\0\0`)).toEqual(['github-token']);
    expect(scanBytes(Buffer.from(`\ufeffTOKEN=${token}`, 'utf16le'), 'f').map((hit) => hit.rule)).toContain(
      'github-token',
    );
    expect(rules(`${'abcdefgh'.repeat(100_000)} ${token}`)).toEqual(['github-token']);
    for (let shift = 0; shift < 60; shift++) {
      expect(rules(`${'/'.repeat(4_096 - shift)}${token}`)).toEqual(['github-token']);
    }
  });

  it('finds a token at every offset: no position is skipped', () => {
    const token = `AKIA${upper(16)}`;
    for (let before = 0; before < 64; before++) {
      expect(rules(`${'x '.repeat(before)}${' '.repeat(before % 7)}${token}`)).toEqual(['aws-access-key']);
      expect(rules(`${' '.repeat(before)}${token}\n${token}`).length).toBe(2);
    }
  });

  it('takes what the allow-list names, by path and rule, and nothing else', () => {
    const allowed = parseAllowList(
      '# known\ntest/fixtures/**:private-key\ndocs/a.md:aws-access-key\nold/\n*.snap:*\n',
    );
    expect(allowed('test/fixtures/x/key.txt', 'private-key')).toBe(true);
    expect(allowed('test/fixtures/x/key.txt', 'github-token')).toBe(false);
    expect(allowed('docs/a.md', 'aws-access-key')).toBe(true);
    expect(allowed('docs/b.md', 'aws-access-key')).toBe(false);
    expect(allowed('old/deep/file', 'github-token')).toBe(true);
    expect(allowed('x/y.snap', 'github-token')).toBe(true);
  });
});
