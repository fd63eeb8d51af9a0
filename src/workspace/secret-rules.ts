/** One kind of secret that the scan knows. */
export interface SecretRule {
  /** Stable name, shown in findings and used in the allow-list. */
  readonly id: string;
  /** Literals, one of which is in or close before every match: a place without any of them is not looked at again. */
  readonly keywords: readonly string[];
  /** Matches the secret; group 1, where there is one, is the value itself. Always with the flag `g`. */
  readonly pattern: RegExp;
  /** `prefix`: the form alone gives it away, also in binary files. `context`: only in text, and judged by value. */
  readonly kind: 'prefix' | 'context';
  /** Judges the value of a `context` rule. */
  readonly judge?: 'url-password' | 'entropy';
}

/**
 * Provider formats as their owners document them. Each pattern ends where the token ends, so that a longer word
 * (a hash, an identifier) is not taken for a token.
 */
export const SECRET_RULES: readonly SecretRule[] = [
  prefix('anthropic-key', ['sk-ant-'], /\bsk-ant-[a-z]{2,8}\d{2}-[\w-]{20,}/g),
  prefix(
    'openai-key',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'],
    /\bsk-(?:proj|svcacct|admin|None)-[\w-]{20,}/g,
  ),
  prefix('openai-legacy-key', ['sk-'], /\bsk-[A-Za-z0-9]{32,}(?![\w-])/g),
  prefix('openrouter-key', ['sk-or-'], /\bsk-or-(?:v\d-)?[\w-]{32,}/g),
  prefix('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], /\bgh[pousr]_[A-Za-z0-9_.-]{30,}/g),
  prefix('github-fine-grained-token', ['github_pat_'], /\bgithub_pat_\w{22,}/g),
  prefix('aws-access-key', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g),
  context(
    'aws-secret-key',
    [
      'aws_secret',
      'AWS_SECRET',
      'SecretAccessKey',
      'secretAccessKey',
      'aws_sec',
      'secret_access_key',
      'awsSecret',
    ],
    /(?:aws_?sec(?:ret)?(?:_?access)?_?key|secret_?access_?key)\w{0,10}["']?\s*(?:=>|[=:])\s*["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  ),
  prefix(
    'aws-bedrock-key',
    ['ABSK', 'bedrock-api-key-'],
    /\b(?:ABSK[A-Za-z0-9+/]{100,}|bedrock-api-key-[A-Za-z0-9+/=%-]{60,})/g,
  ),
  prefix('google-api-key', ['AIza'], /\bAIza[\w-]{35}(?![\w-])/g),
  prefix('google-oauth-secret', ['GOCSPX-'], /\bGOCSPX-[\w-]{24,}/g),
  prefix('google-oauth-token', ['ya29.'], /\bya29\.[\w-]{30,}/g),
  prefix('azure-storage-key', ['AccountKey=', 'accountKey='], /\bAccountKey=[A-Za-z0-9+/]{86}==/gi),
  prefix('azure-shared-access-key', ['SharedAccessKey='], /\bSharedAccessKey=[A-Za-z0-9+/]{43}=/g),
  prefix('azure-client-secret', ['Q~'], /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g),
  prefix('azure-sas-token', ['&sig=', '?sig='], /[?&]sig=[A-Za-z0-9%+/]{43,60}(?:%3[dD]|=)/g),
  prefix('azure-devops-token', ['AZDO'], /\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b/g),
  prefix('jwt', ['eyJ'], /\beyJ[\w-]{12,}\.eyJ[\w-]{12,}\.[\w-]{20,}/g),
  prefix('alibaba-access-key', ['LTAI'], /\bLTAI[A-Za-z0-9]{20}\b/g),
  prefix('cloudflare-origin-key', ['v1.0-'], /\bv1\.0-[a-f0-9]{24}-[a-f0-9]{146}\b/g),
  prefix('cloudflare-token', ['cfk_', 'cfut_', 'cfat_'], /\bcf(?:k|ut|at)_[A-Za-z0-9]{40,}\b/g),
  prefix(
    'vercel-token',
    ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
    /\bvc[piark]_(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{40,}/g,
  ),
  prefix('netlify-token', ['nfp_'], /\bnfp_[A-Za-z0-9]{36,}\b/g),
  prefix('heroku-key', ['HRKU-'], /\bHRKU-AA[\w-]{58}\b/g),
  prefix('fly-token', ['fm1a_', 'fm1r_', 'fm2_', 'fo1_'], /\b(?:fo1_[\w-]{43}|fm(?:1[ar]|2)_[\w+/]{100,})/g),
  prefix('1password-token', ['ops_eyJ'], /\bops_eyJ[A-Za-z0-9+/]{250,}/g),
  prefix('artifactory-token', ['AKCp', 'cmVmd'], /\b(?:AKCp[A-Za-z0-9]{69}|cmVmd[A-Za-z0-9]{59})\b/g),
  prefix('postman-key', ['PMAK-'], /\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b/g),
  prefix('pulumi-token', ['pul-'], /\bpul-[a-f0-9]{40}\b/g),
  prefix('figma-token', ['figd_'], /\bfigd_[\w-]{40,}/g),
  prefix('dynatrace-token', ['dt0c01.'], /\bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b/g),
  prefix(
    'slack-token',
    ['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'],
    /\bxox(?:e\.xox[bp]|[abcdeoprs])-[\w%-]{15,}/g,
  ),
  prefix('slack-app-token', ['xapp-'], /\bxapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{30,}/g),
  prefix(
    'slack-webhook',
    ['hooks.slack.com/'],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/T\w+\/[\w/]{15,}/g,
  ),
  prefix(
    'teams-webhook',
    ['.webhook.office.com/'],
    /\.webhook\.office\.com\/webhookb2\/[\w@-]{60,}\/\w+\/\w{32}/g,
  ),
  context(
    'discord-bot-token',
    ['discord', 'Discord', 'DISCORD'],
    /discord[\w.-]{0,30}["'\]]{0,2}\s*(?:=>|[=:])\s*["'`]?([MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40})(?![\w-])/gi,
  ),
  prefix('discord-webhook', ['/api/webhooks/'], /discord(?:app)?\.com\/api\/webhooks\/\d{15,}\/[\w-]{50,}/g),
  prefix('npm-token', ['npm_'], /\bnpm_[A-Za-z0-9]{36}\b/g),
  context(
    'npm-auth-token',
    ['_authToken', '_auth='],
    /:?_auth(?:Token)?\s*=\s*["']?([A-Za-z0-9+/=_-]{16,})/g,
  ),
  prefix('pypi-token', ['pypi-AgE'], /\bpypi-AgE[\w-]{50,}/g),
  prefix('rubygems-key', ['rubygems_'], /\brubygems_[a-f0-9]{48}\b/g),
  prefix('cargo-token', ['cio'], /\bcio[A-Za-z0-9]{32}\b/g),
  prefix(
    'gitlab-token',
    [
      ...['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glsoat-', 'glagent-', 'gloas-', 'glft-', 'glimt-'],
      ...['glffct-', 'GR1348941'],
    ],
    /\b(?:gl(?:pat|dt|rt|cbt|ptt|soat|agent|oas|ft|imt|ffct)-|GR1348941)[\w.-]{20,}/g,
  ),
  prefix('docker-token', ['dckr_pat_', 'dckr_oat_'], /\bdckr_[po]at_[\w-]{24,}/g),
  prefix(
    'stripe-key',
    ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'sk_prod_', 'rk_prod_'],
    /\b[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16,}/g,
  ),
  prefix('stripe-webhook-secret', ['whsec_'], /\bwhsec_[A-Za-z0-9+/]{24,}/g),
  prefix('sendgrid-key', ['SG.'], /\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])/g),
  prefix('twilio-key', ['SK'], /\bSK[0-9a-f]{32}\b/g),
  prefix('mailgun-key', ['key-'], /\bkey-[0-9a-f]{32}\b/g),
  prefix('mailchimp-key', ['-us'], /\b[0-9a-f]{32}-us\d{1,2}\b/g),
  prefix('huggingface-token', ['hf_'], /\bhf_[A-Za-z0-9]{30,}\b/g),
  prefix('groq-key', ['gsk_'], /\bgsk_[A-Za-z0-9]{40,}\b/g),
  prefix('xai-key', ['xai-'], /\bxai-[A-Za-z0-9]{60,}\b/g),
  prefix('perplexity-key', ['pplx-'], /\bpplx-[A-Za-z0-9]{40,}\b/g),
  prefix('replicate-token', ['r8_'], /\br8_[A-Za-z0-9]{36,}\b/g),
  prefix('digitalocean-token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], /\bdo[opr]_v1_[a-f0-9]{64}\b/g),
  prefix('databricks-token', ['dapi'], /\bdapi[a-f0-9]{32}(?:-\d)?\b/g),
  prefix(
    'shopify-token',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/g,
  ),
  prefix('square-token', ['EAAA', 'sq0'], /\b(?:EAAA[\w-]{60}|sq0(?:atp|csp)-[\w-]{22,43})(?![\w-])/g),
  prefix('linear-key', ['lin_api_', 'lin_oauth_'], /\blin_(?:api|oauth)_[A-Za-z0-9]{32,}\b/g),
  prefix('notion-token', ['ntn_'], /\bntn_[A-Za-z0-9]{40,}\b/g),
  prefix('telegram-bot-token', [':AA'], /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g),
  prefix('vault-token', ['hvs.', 'hvb.', 'hvr.'], /\bhv[sbr]\.[\w-]{24,}/g),
  prefix('terraform-cloud-token', ['.atlasv1.'], /\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}/g),
  prefix(
    'grafana-token',
    ['glsa_', 'glc_', 'eyJrIjoi'],
    /\b(?:glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/]{32,}|eyJrIjoi[A-Za-z0-9]{70,})/g,
  ),
  prefix(
    'newrelic-key',
    ['NRAK-', 'NRII-', 'NRAL'],
    /\b(?:NRAK-[A-Z0-9]{27}|NRII-[\w-]{32}|[a-f0-9]{32,36}(?:FFFF)?NRAL)(?![\w-])/g,
  ),
  prefix('sonar-token', ['squ_', 'sqp_', 'sqa_'], /\bsq[upa]_[a-f0-9]{40}\b/g),
  prefix('sourcegraph-token', ['sgp_'], /\bsgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}\b/g),
  prefix('brevo-key', ['xkeysib-'], /\bxkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}\b/g),
  prefix('airtable-token', ['airtable', 'Airtable', 'AIRTABLE'], /\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b/g),
  prefix('harness-key', ['pat.', 'sat.'], /\b[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}\b/g),
  prefix('octopus-key', ['API-'], /\bAPI-[A-Z0-9]{26}\b/g),
  prefix('openshift-token', ['sha256~'], /\bsha256~[\w-]{43}(?![\w-])/g),
  prefix('prefect-key', ['pnu_'], /\bpnu_[A-Za-z0-9]{36}\b/g),
  prefix('readme-key', ['rdme_'], /\brdme_[a-z0-9]{70}\b/g),
  prefix('typeform-token', ['tfp_'], /\btfp_[\w.=-]{59}/g),
  prefix('clojars-token', ['CLOJARS_'], /\bCLOJARS_[a-f0-9]{60}\b/g),
  prefix('easypost-key', ['EZAK', 'EZTK'], /\bEZ[AT]K[A-Za-z0-9]{54}\b/g),
  prefix('shippo-token', ['shippo_'], /\bshippo_(?:live|test)_[a-fA-F0-9]{40}\b/g),
  prefix('maxmind-key', ['_mmk'], /\b[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b/g),
  prefix('sentry-token', ['sntrys_', 'sntryu_'], /\bsntry[su]_[\w=+/-]{40,}/g),
  prefix('doppler-token', ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'], /\bdp\.(?:pt|st|ct|sa)\.[\w.-]{40,}/g),
  prefix('supabase-token', ['sbp_', 'sb_secret_'], /\b(?:sbp_[a-f0-9]{40}|sb_secret_[\w-]{20,})(?![\w-])/g),
  prefix('planetscale-token', ['pscale_'], /\bpscale_(?:tkn|pw|oauth)_[\w.-]{32,}/g),
  prefix('atlassian-token', ['ATATT3', 'ATCTT3'], /\bAT[AC]TT3[\w=-]{60,}/g),
  prefix('adobe-secret', ['p8e-'], /\bp8e-[A-Za-z0-9]{32}\b/g),
  prefix('bitbucket-token', ['ATBB'], /\bATBB[A-Za-z0-9]{28,32}\b/g),
  prefix('buildkite-token', ['bkua_'], /\bbkua_[a-z0-9]{40}\b/g),
  prefix('circleci-token', ['CCIPAT_'], /\bCCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}\b/g),
  prefix('contentful-token', ['CFPAT-'], /\bCFPAT-[\w-]{43}(?![\w-])/g),
  // Not `sl.` alone: it is in every `ssl.`, and each place with a keyword costs time.
  prefix('dropbox-token', ['sl.u.', 'sl.A', 'sl.B'], /\bsl\.(?:u\.|[AB])[\w-]{130,}/g),
  prefix('duffel-token', ['duffel_'], /\bduffel_(?:test|live)_[\w=-]{43}/g),
  prefix('facebook-token', ['EAAC', 'EAAM'], /\bEAA[CM][A-Za-z0-9]{100,}/g),
  prefix('flutterwave-key', ['FLWSECK'], /\bFLWSECK(?:_TEST)?-[a-f0-9]{12,32}(?:-X)?\b/g),
  prefix('frameio-token', ['fio-u-'], /\bfio-u-[\w=-]{64}/g),
  prefix(
    'hubspot-token',
    ['pat-na', 'pat-eu'],
    /\bpat-(?:na|eu)\d-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}\b/g,
  ),
  prefix('infracost-key', ['ico-'], /\bico-[A-Za-z0-9]{32}\b/g),
  prefix('langsmith-key', ['lsv2_'], /\blsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}\b/g),
  prefix('mapbox-secret-token', ['sk.eyJ'], /\bsk\.eyJ[\w-]{50,}\.[\w-]{20,}/g),
  prefix('nebula-key', ['dnkey-'], /\bdnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}/g),
  prefix(
    'paypal-token',
    ['access_token$'],
    /\baccess_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}\b/g,
  ),
  prefix('scalingo-token', ['tk-us-'], /\btk-us-[\w-]{48}/g),
  prefix('tailscale-key', ['tskey-'], /\btskey-[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{24,}/g),
  prefix('yandex-key', ['AQVN'], /\bAQVN[\w-]{35,38}(?![\w-])/g),
  prefix('age-key', ['AGE-SECRET-KEY-1'], /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g),
  prefix(
    'private-key',
    ['PRIVATE KEY'],
    /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]|[\w-]+: [^\n]*\n|["'+,>|#*])*[A-Za-z0-9+/=]{20,}/g,
  ),
  context(
    'git-http-header',
    ['extraheader', 'extraHeader'],
    /extraheader["']?\s*=\s*["']?authorization:\s*(?:basic|bearer)\s+([A-Za-z0-9+/=_.-]{8,})/gi,
  ),
  // With a digit, since the way in which an interface asks for a login is named under this key too.
  context('docker-auth', ['"auth"'], /"auth"\s*:\s*"(?=[A-Za-z+/]*\d)([A-Za-z0-9+/]{20,}={0,2})"/g),
  {
    ...context(
      'authorization-header',
      ['uthorization', 'UTHORIZATION'],
      /authorization["']?\s*(?:[:=,]|=>)\s*["'`]?(?:bearer|basic|token)\s+([\w+/=.~-]{20,})/gi,
    ),
    judge: 'entropy',
  },
  {
    ...context(
      'curl-user',
      ['curl'],
      /\bcurl\b[^\n]{0,80}?\s(?:-u|--user)[\s=]{0,8}["']?([^\s:"'`$<{]{1,80}:[^\s"'`]{3,200})/g,
    ),
    judge: 'url-password',
  },
  {
    ...context(
      'url-credentials',
      ['://'],
      /\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s:/@"'`<>\\]{0,80}:[^\s/@"'`<>\\]{3,200})@[\w.[-]/gi,
    ),
    judge: 'url-password',
  },
  {
    ...context(
      'generic-secret',
      words(`
        secret Secret SECRET token Token TOKEN password Password PASSWORD passwd PASSWD api_key apikey apiKey ApiKey
        API_KEY APIKEY api-key access_key ACCESS_KEY accessKey private_key PRIVATE_KEY privateKey PrivateKey app_key
        APP_KEY appKey auth_key AUTH_KEY authKey admin_key ADMIN_KEY adminKey master_key MASTER_KEY masterKey
        signing_key SIGNING_KEY signingKey encryption_key ENCRYPTION_KEY encryptionKey credential CREDENTIAL`),
      /(?:secret|token|passw(?:or)?d|api[_-]?key|access[_-]?key|(?:private|app|auth|admin|master|signing|encryption)[_-]?key|credential)s?(?:[_-]?(?:key|value))?(?:[_-]?base)?["'\]]{0,2}[ \t]{0,8}(?::[ \t]*string[ \t]*=|=>|:=|[=:,])[ \t]{0,8}(?:["'`](?:base64:)?([\w+/=.~%-]{20,200})["'`]|(?:base64:)?([\w+/=-]{20,200})(?=[ \t\r]*$|["'`;]))/gim,
    ),
    judge: 'entropy',
  },
];

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

function prefix(id: string, keywords: readonly string[], pattern: RegExp): SecretRule {
  return { id, keywords, pattern, kind: 'prefix' };
}

function context(id: string, keywords: readonly string[], pattern: RegExp): SecretRule {
  return { id, keywords, pattern, kind: 'context' };
}
