export const id = 961;
export const ids = [961];
export const modules = {

/***/ 961:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createBrokerDial: () => (/* reexport */ createBrokerDial),
  createBrokers: () => (/* binding */ createBrokers)
});

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: ./lib/gateway/http/bare-response.js
var bare_response = __webpack_require__(3383);
// EXTERNAL MODULE: ./lib/gateway/http/waiting-requests.js
var waiting_requests = __webpack_require__(5763);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
;// CONCATENATED MODULE: ./lib/gateway/broker/model-record.js

/** Writes the line of one attempt. */
function recordAttempt({ start, context }, { verdict, reason, bytes, address, began, ...request }) {
    const { upstream, provider } = start;
    context.log.add({
        ...{ verdict, reason, rule: `broker:${provider}`, protocol: 'http' },
        ...((0,external_node_net_.isIPv4)(upstream.host)
            ? { ip: upstream.host }
            : { host: upstream.host, ...(address === undefined ? {} : { ip: address }) }),
        port: upstream.port,
        ...request,
        ...(bytes === undefined ? {} : { bytesOut: bytes.out, bytesIn: bytes.in }),
        ...(began === undefined ? {} : { durationMs: Date.now() - began.getTime(), began }),
    });
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: ./lib/gateway/http/end-after-body.js
var end_after_body = __webpack_require__(4362);
// EXTERNAL MODULE: ./lib/gateway/http/message.js
var message = __webpack_require__(9440);
// EXTERNAL MODULE: ./lib/gateway/http/meter.js
var http_meter = __webpack_require__(8342);
// EXTERNAL MODULE: ./lib/gateway/http/upstream-agent.js
var upstream_agent = __webpack_require__(5942);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./lib/core/secret-values.js
/** Values shorter than this are not masked: a two-letter value would tear holes into every text. */
const SHORTEST_MASKED = 4;
/** The same for what is only a part or a variant of a value. */
const SHORTEST_DERIVED = 8;
/** A function that replaces every known value, and its usual encodings, by `***`. */
function createMask(secrets) {
    const needles = [...new Set(secrets.flatMap((secret) => secretForms(secret.value)))]
        .filter((form) => form.length >= SHORTEST_MASKED)
        .sort((a, b) => b.length - a.length);
    if (needles.length === 0)
        return (text) => text;
    const pattern = new RegExp(needles.map((needle) => needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
    return (text) => text.replace(pattern, '***');
}
/** The longest form of any secret, in characters: what a streaming masker has to hold back. */
function longestForm(secrets) {
    return Math.max(0, ...secrets.flatMap((secret) => secretForms(secret.value)).map((form) => form.length));
}
/**
 * The forms in which a value is looked for: as it is, trimmed, by line, in one case (names in DNS are lower case),
 * reversed, URL-, JSON- and HTML-encoded, hex, and base64 and base64url in all three alignments, whole and in the lines
 * into which tools wrap them.
 */
function secretForms(value) {
    const trimmed = value.trim();
    if (trimmed.length < SHORTEST_MASKED)
        return trimmed.length === 0 ? [] : [trimmed];
    const lines = trimmed.split(/\r?\n/).map((line) => line.trim());
    const bytes = Buffer.from(trimmed, 'utf8');
    const base64 = [bytes.toString('base64'), ...[0, 1, 2].map((shift) => alignedBase64(bytes, shift))];
    const hex = bytes.toString('hex');
    const url = urlForms(trimmed);
    return [
        ...new Set([
            value,
            trimmed,
            ...[...lines, trimmed.toLowerCase(), trimmed.toUpperCase()].filter((form) => form.length >= SHORTEST_DERIVED),
            [...trimmed].reverse().join(''),
            ...base64,
            ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')),
            ...[64, 76].flatMap((width) => wrapped(base64[0], width)),
            hex,
            hex.toUpperCase(),
            ...wrapped(hex, 60),
            ...url,
            ...url.map((form) => form.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())),
            ...jsonForms(trimmed),
            ...htmlForms(trimmed),
        ]),
    ];
}
/** The ways in which URL libraries encode a value: whole URL, component, strict component, path and form field. */
function urlForms(text) {
    const component = encodeURIComponent(text.toWellFormed());
    const strict = component.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
    return [
        encodeURI(text.toWellFormed()),
        ...[component, strict].flatMap((form) => [form, form.replaceAll('%2F', '/')]),
        new URLSearchParams({ '': text }).toString().slice(1),
    ];
}
/** As in a string: other letters as they are or in ASCII, as Python has it, `<>&` as Go has them, `/` as PHP has it. */
function jsonForms(text) {
    const plain = JSON.stringify(text).slice(1, -1);
    const unitEscapes = (form, units) => form.replace(units, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    const ascii = unitEscapes(plain, /[^\0-\x7f]/g);
    return [plain, ascii, unitEscapes(plain, /[<>&\u2028\u2029]/g)].flatMap((form) => [
        form,
        form.replaceAll('/', '\\/'),
    ]);
}
/** As in the text of an element and in an attribute. */
function htmlForms(text) {
    const inText = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    return [
        inText,
        ...['&#39;', '&#x27;'].map((quote) => inText.replaceAll('"', '&quot;').replaceAll("'", quote)),
    ];
}
/** The lines of `text` at `width`, as `base64`, `openssl` and `xxd` print them; none when it fits in one. */
function wrapped(text, width) {
    if (text.length <= width)
        return [];
    const lines = [];
    for (let at = 0; at < text.length; at += width)
        lines.push(text.slice(at, at + width));
    return lines.filter((line) => line.length >= SHORTEST_DERIVED);
}
/** The characters of base64 that depend on the value alone when it starts `shift` bytes into a group of three. */
function alignedBase64(bytes, shift) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .replace(/=+$/, '');
    const whole = Math.floor(((bytes.length + shift) * 8) / 6);
    return encoded.slice(shift === 0 ? 0 : shift + 1, whole);
}

;// CONCATENATED MODULE: ./lib/core/redactor.js

/** As in createMask: shorter values would tear holes into every text. */
const SHORTEST_FORM = 4;
function createRedactor(secrets) {
    // One character for each byte, so that a regular expression works on bytes and nothing is lost.
    const needles = [...new Set(secrets.flatMap((secret) => secretForms(secret.value)))]
        .filter((form) => form.length >= SHORTEST_FORM)
        .map((form) => Buffer.from(form, 'utf8').toString('latin1'))
        .sort((a, b) => b.length - a.length);
    const longest = needles[0]?.length ?? 0;
    const firsts = new Set(needles.map((needle) => needle.charCodeAt(0)));
    const pattern = new RegExp(needles.map((needle) => needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
    let held = '';
    let replaced = 0;
    /** First position from `from` on where the text ends in what may become a (longer) needle. */
    function undecided(text, from) {
        for (let at = Math.max(from, text.length - longest + 1); at < text.length; at++) {
            if (!firsts.has(text.charCodeAt(at)))
                continue;
            const rest = text.slice(at);
            if (needles.some((needle) => needle.length > rest.length && needle.startsWith(rest)))
                return at;
        }
        return text.length;
    }
    function redact(text, final) {
        let output = '';
        let done = 0;
        let limit = final ? text.length : undecided(text, 0);
        pattern.lastIndex = 0;
        for (let match = pattern.exec(text); match !== null && match.index < limit; match = pattern.exec(text)) {
            output += `${text.slice(done, match.index)}***`;
            replaced += 1;
            done = pattern.lastIndex;
            if (!final && done > limit)
                limit = undecided(text, done);
        }
        held = text.slice(limit);
        return Buffer.from(output + text.slice(done, limit), 'latin1');
    }
    return {
        push(chunk) {
            const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
            return needles.length === 0 ? bytes : redact(held + bytes.toString('latin1'), false);
        },
        end: () => (held === '' ? Buffer.alloc(0) : redact(held, true)),
        get replaced() {
            return replaced;
        },
    };
}

// EXTERNAL MODULE: ./lib/gateway/http/headers.js
var http_headers = __webpack_require__(1617);
;// CONCATENATED MODULE: ./lib/gateway/broker/token-count.js
/**
 * Reads the token counts of any provider out of a JSON value. Anthropic: `message.usage` at the start of a stream,
 * `usage` in its deltas and in whole answers. OpenAI: `response.usage` (Responses) and `usage` (Chat). Google:
 * `usageMetadata`, where each event repeats the sum so far. Bedrock: `usage` in words of its own (Converse), or whatever
 * the model has.
 */
function readTokenReport(value) {
    if (Array.isArray(value))
        return value.map(readTokenReport).reduce(mergeReports, {});
    const event = fields(value);
    const inner = { ...event, ...fields(event.response), ...fields(event.message) };
    const model = [inner.model, inner.modelVersion].find((name) => typeof name === 'string' && name !== '');
    const counted = readUsage(fields(inner.usage)) ?? readGoogle(fields(inner.usageMetadata));
    return {
        ...(model === undefined ? {} : { model: String(model).slice(0, 200) }),
        ...(counted === undefined ? {} : { counted }),
    };
}
function mergeReports(earlier, later) {
    const counted = { ...earlier.counted, ...later.counted };
    return { ...earlier, ...later, ...(Object.keys(counted).length === 0 ? {} : { counted }) };
}
function readUsage(usage) {
    const read = count(usage.cache_read_input_tokens ?? usage.cacheReadInputTokens);
    const write = count(usage.cache_creation_input_tokens ?? usage.cacheWriteInputTokens);
    const details = fields(usage.input_tokens_details ?? usage.prompt_tokens_details);
    // OpenAI counts cached tokens as input too; Anthropic does not.
    const cached = count(details.cached_tokens);
    const input = count(usage.input_tokens ?? usage.prompt_tokens ?? usage.inputTokens);
    const output = count(usage.output_tokens ?? usage.completion_tokens ?? usage.outputTokens);
    return anyOf({
        input: input === undefined ? undefined : Math.max(0, input - (cached ?? 0)),
        output,
        cacheRead: read ?? cached,
        cacheWrite: write,
    });
}
function readGoogle(usage) {
    const cached = count(usage.cachedContentTokenCount);
    const prompt = sum(count(usage.promptTokenCount), count(usage.toolUsePromptTokenCount));
    return anyOf({
        input: prompt === undefined ? undefined : Math.max(0, prompt - (cached ?? 0)),
        output: sum(count(usage.candidatesTokenCount), count(usage.thoughtsTokenCount)),
        cacheRead: cached,
        cacheWrite: undefined,
    });
}
function anyOf(counts) {
    const known = Object.entries(counts).filter(([, value]) => value !== undefined);
    return known.length === 0 ? undefined : Object.fromEntries(known);
}
function sum(a, b) {
    return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}
function count(value) {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
function fields(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

;// CONCATENATED MODULE: ./lib/gateway/broker/frame-reader.js

/** Length of the whole and of the headers, and a checksum of both; another checksum at the end. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/**
 * Reads `application/vnd.amazon.eventstream`, the binary frames in which Amazon Bedrock streams. The payload of a frame
 * is an event, or, with InvokeModel, `{"bytes": "…"}` with an event of the model's own in base64.
 * Format: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 * @param longest frame in bytes; after a longer one nothing is read any more
 */
function createFrameReader(longest) {
    let report = {};
    let held = Buffer.alloc(0);
    let lost = false;
    return {
        push(chunk) {
            if (lost)
                return;
            held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
            while (held.length >= PRELUDE_BYTES) {
                const length = held.readUInt32BE(0);
                const begin = PRELUDE_BYTES + held.readUInt32BE(4);
                const end = length - CHECKSUM_BYTES;
                if (length > longest || begin > end) {
                    lost = true;
                    held = Buffer.alloc(0);
                    return;
                }
                if (held.length < length)
                    return;
                report = mergeReports(report, readTokenReport(eventOf(held.subarray(begin, end))));
                held = held.subarray(length);
            }
        },
        end: () => report,
    };
}
function eventOf(payload) {
    const event = parse(payload.toString('utf8'));
    const { bytes } = (event ?? {});
    return typeof bytes === 'string' ? parse(Buffer.from(bytes, 'base64').toString('utf8')) : event;
}
function parse(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/gateway/broker/answer-reader.js


/** Events that carry counts are small; what is longer holds content and is skipped. */
const LONGEST_EVENT = 4 * 2 ** 20;
const LONGEST_BODY = 8 * 2 ** 20;
const MENTIONS_TOKENS = /"usage|"model/;
/** @param contentType of the answer: events of a stream are read one by one, all else as one JSON value */
function createAnswerReader(contentType) {
    if (/^application\/vnd\.amazon\.eventstream\b/i.test(contentType))
        return createFrameReader(LONGEST_EVENT);
    return /^text\/event-stream\b/i.test(contentType) ? createEventReader() : createBodyReader();
}
function createEventReader() {
    let report = {};
    // Kept in pieces, since a long line would otherwise be copied for each chunk of it.
    let pieces = [];
    let length = 0;
    function add(piece) {
        length += piece.length;
        if (length <= LONGEST_EVENT)
            pieces.push(piece);
        else
            pieces = [];
    }
    function endLine() {
        const line = length <= LONGEST_EVENT ? Buffer.concat(pieces).toString('utf8') : '';
        pieces = [];
        length = 0;
        if (!line.startsWith('data:') || !MENTIONS_TOKENS.test(line))
            return;
        report = mergeReports(report, readTokenReport(answer_reader_parse(line.slice(5))));
    }
    return {
        push(chunk) {
            let from = 0;
            for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
                add(chunk.subarray(from, at));
                endLine();
                from = at + 1;
            }
            if (from < chunk.length)
                add(chunk.subarray(from));
        },
        end() {
            endLine();
            return report;
        },
    };
}
function createBodyReader() {
    let pieces = [];
    let length = 0;
    return {
        push(chunk) {
            length += chunk.length;
            if (length <= LONGEST_BODY)
                pieces.push(chunk);
            else
                pieces = [];
        },
        end: () => (length > LONGEST_BODY ? {} : readTokenReport(answer_reader_parse(Buffer.concat(pieces).toString('utf8')))),
    };
}
function answer_reader_parse(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/gateway/broker/answer.js






/** The key in the headers of a credential, without the word before it. */
function keysOf(credential) {
    return Object.values(credential).map((value) => ({ name: 'key', value: value.replace(/^Bearer /, '') }));
}
/**
 * Streams the provider's answer to the agent as it comes: each event of the model arrives at once. A server that
 * repeats what it was sent (an echo, a debugging gateway, an error page) would hand the key over, so the key is taken
 * out of headers and body, in all of its usual encodings. An answer that is compressed all the same is unpacked first.
 * @returns `undefined` when it cannot be read or sent on: then nothing was, and the caller has to answer
 */
function passBack(incoming, response, credential) {
    const keys = keysOf(credential);
    const reader = createAnswerReader(incoming.headers['content-type'] ?? '');
    const coding = incoming.headers['content-encoding']?.trim().toLowerCase() || 'identity';
    const unpack = unpackerOf(coding);
    // What cannot be unpacked cannot be searched for the key either.
    if (unpack === undefined && coding !== 'identity')
        return undefined;
    const mask = createMask(keys);
    const hasBody = incoming.headers['content-length'] !== undefined && response.req.method !== 'HEAD';
    const headers = (0,http_headers/* headerPairs */.Ro)((0,http_headers/* endToEndHeaders */.cu)(incoming.rawHeaders))
        // The length of what was masked or unpacked is another one.
        .filter(([name]) => !(hasBody && /^content-length$/i.test(name)))
        .filter(([name]) => !(unpack !== undefined && /^content-encoding$/i.test(name)))
        .flatMap(([name, value]) => [name, mask(value)]);
    response.sendDate = false;
    try {
        response.writeHead(incoming.statusCode ?? 502, headers);
    }
    catch {
        response.statusMessage = '';
        return undefined;
    }
    response.flushHeaders();
    const steps = [
        incoming,
        ...(unpack === undefined ? [] : [unpack]),
        listenIn(reader),
        redact(keys),
        response,
    ];
    (0,external_node_stream_.pipeline)(steps, () => { });
    return reader;
}
/** Providers are asked for plain answers; one that packs all the same is still read. */
function unpackerOf(coding) {
    switch (coding) {
        case 'gzip':
        case 'x-gzip':
            return (0,external_node_zlib_.createGunzip)();
        case 'deflate':
            return (0,external_node_zlib_.createInflate)();
        case 'br':
            return (0,external_node_zlib_.createBrotliDecompress)();
        default:
            return undefined;
    }
}
function listenIn(reader) {
    return new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            reader.push(chunk);
            done(null, chunk);
        },
    });
}
function redact(keys) {
    const redactor = createRedactor(keys);
    return new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            done(null, redactor.push(chunk));
        },
        flush(done) {
            done(null, redactor.end());
        },
    });
}

// EXTERNAL MODULE: ./lib/core/display-text.js
var display_text = __webpack_require__(997);
;// CONCATENATED MODULE: ./lib/gateway/broker/key-refusal.js



/** Enough for any provider's error; the rest is not read. */
const LARGEST_ERROR = 65_536;
const LONGEST_MESSAGE = 400;
/**
 * The words for an upstream that answered 401 or 403. Providers repeat part of the key in the message of a 401, so
 * only that of a 403 is passed on, and masked.
 */
async function refusedKeyMessage(incoming, start) {
    const { statusCode } = incoming;
    const { host } = start.upstream;
    const text = await readText(incoming);
    if (statusCode === 401)
        return `${host} refused the key of this run (HTTP 401): it is missing, wrong or expired`;
    const mask = createMask(keysOf(start.credential));
    const said = (0,display_text/* displayText */.WV)(mask(errorMessage(text))).slice(0, LONGEST_MESSAGE);
    return `${host} does not allow this with the key of this run (HTTP 403)${said === '' ? '' : `: ${said}`}`;
}
async function readText(incoming) {
    const chunks = [];
    let length = 0;
    try {
        for await (const chunk of incoming) {
            chunks.push(chunk);
            length += chunk.length;
            if (length > LARGEST_ERROR)
                break;
        }
    }
    catch {
        // A cut answer is refusal enough.
    }
    return Buffer.concat(chunks).toString('utf8');
}
function errorMessage(text) {
    try {
        const { error } = JSON.parse(text);
        return typeof error?.message === 'string' ? error.message : '';
    }
    catch {
        return '';
    }
}

;// CONCATENATED MODULE: ./lib/gateway/broker/provider-error.js
/**
 * An answer of ours in the shape of the provider's own errors, so that agents print its message. Agents retry 401,
 * 403 and 5xx for up to three minutes; 400 ends all of them at once.
 */
const FINAL_STATUS = 400;
function providerError(provider, status, message) {
    return `${JSON.stringify(shape(provider, status, `cagent: ${message}`))}\n`;
}
function shape(provider, status, message) {
    switch (provider) {
        case 'anthropic':
            return {
                type: 'error',
                error: { type: status < 500 ? 'invalid_request_error' : 'api_error', message },
            };
        case 'bedrock':
            return { message };
        case 'google':
        case 'vertex':
            return { error: { code: status, message, status: status < 500 ? 'INVALID_ARGUMENT' : 'UNAVAILABLE' } };
        default:
            return {
                error: {
                    message,
                    type: status < 500 ? 'invalid_request_error' : 'server_error',
                    param: null,
                    code: null,
                },
            };
    }
}

;// CONCATENATED MODULE: ./lib/gateway/broker/request-headers.js

/** Everything by which an agent could speak for somebody else than the key's owner. */
const OF_THE_AGENT = new Set([
    'host',
    'authorization',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'x-goog-user-project',
    'x-http-method-override',
    'cookie',
    // Answers are read for their token counts.
    'accept-encoding',
]);
/** The headers of a request to the provider: the agent's own without its credentials, and the real credential. */
function upstreamHeaders(rawHeaders, upstream, credential) {
    const replaced = new Set(Object.keys(credential).map((name) => name.toLowerCase()));
    const kept = (0,http_headers/* headerPairs */.Ro)((0,http_headers/* endToEndHeaders */.cu)(rawHeaders)).filter(([name]) => {
        const lower = name.toLowerCase();
        return !OF_THE_AGENT.has(lower) && !replaced.has(lower) && !lower.startsWith('x-forwarded-');
    });
    return [
        'Host',
        hostHeader(upstream),
        'Accept-Encoding',
        'identity',
        ...Object.entries(credential).flat(),
        ...kept.flat(),
    ];
}
function hostHeader({ scheme, host, port }) {
    return port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`;
}

;// CONCATENATED MODULE: ./lib/gateway/broker/routes.js
const ASK = ['POST'];
const LOOK = ['GET', 'HEAD'];
const MODEL_NAME = '[A-Za-z0-9][A-Za-z0-9._:@-]*';
/** Names and ARNs, in which clients of AWS encode the colon and the slash; never a way upwards. */
const BEDROCK_MODEL = '(?!(?:%2[Ff]|.)*\\.\\.)[A-Za-z0-9](?:[A-Za-z0-9._:-]|%3[Aa]|%2[Ff])*';
const OPENAI = {
    prefix: '/v1',
    routes: [
        { methods: ASK, path: /^\/(responses|responses\/compact|responses\/input_tokens)$/ },
        { methods: ASK, path: /^\/(chat\/completions|completions|embeddings)$/ },
        { methods: LOOK, path: new RegExp(`^/models(/${MODEL_NAME}){0,2}$`) },
    ],
};
const PROVIDER_ROUTES = {
    anthropic: {
        prefix: '',
        routes: [
            { methods: ASK, path: /^\/v1\/messages(\/count_tokens)?$/ },
            { methods: LOOK, path: new RegExp(`^/v1/models(/${MODEL_NAME})?$`) },
        ],
    },
    openai: OPENAI,
    'openai-compatible': OPENAI,
    google: {
        prefix: '',
        routes: [
            {
                methods: ASK,
                path: new RegExp(`^/v1(alpha|beta)?/models/${MODEL_NAME.replace(':', '')}:(generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)$`),
            },
            { methods: LOOK, path: new RegExp(`^/v1(alpha|beta)?/models(/${MODEL_NAME})?$`) },
        ],
    },
    bedrock: {
        prefix: '',
        routes: [
            {
                methods: ASK,
                path: new RegExp(`^/model/${BEDROCK_MODEL}/(invoke|invoke-with-response-stream|converse|converse-stream)$`),
            },
        ],
    },
    // With a key alone, Vertex AI has neither projects nor locations in its paths, and only Google's own models.
    vertex: {
        prefix: '',
        routes: [
            {
                methods: ASK,
                path: new RegExp(`^/v1(beta1)?/publishers/google/models/${MODEL_NAME.replace(':', '')}:(generateContent|streamGenerateContent|countTokens)$`),
            },
        ],
    },
};
/** Parameters that carry a credential of the agent's own. */
const CREDENTIAL_PARAMETERS = ['key', 'access_token', 'api_key', 'api-key', 'oauth_token', '$httpheaders'];
/** Judges a request by its method and target; the path is then relative to the upstream's base URL. */
function findRoute(provider, method, target) {
    const { prefix, routes } = PROVIDER_ROUTES[provider];
    const [path = '', query = ''] = target.split('?', 2);
    const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
    const named = below === undefined ? [] : routes.filter((route) => route.path.test(below));
    if (below === undefined || named.length === 0)
        return { ok: false, path, reason: 'path-not-allowed' };
    if (!named.some((route) => route.methods.includes(method))) {
        return { ok: false, path, reason: 'method-not-allowed' };
    }
    return { ok: true, path: below, search: searchOf(query) };
}
function searchOf(query) {
    const kept = [...new URLSearchParams(query)].filter(([name]) => !CREDENTIAL_PARAMETERS.includes(name.toLowerCase()));
    return kept.length === 0 ? '' : `?${new URLSearchParams(kept)}`;
}

;// CONCATENATED MODULE: ./lib/gateway/broker/model-request.js












/** Decides about one request of the agent, sends it on, and records it. Resolves when it is over. */
async function handleModelRequest(broker, request, response) {
    const { start, counter } = broker;
    const began = new Date();
    const method = request.method ?? '';
    const route = findRoute(start.provider, method, request.url ?? '');
    const path = route.ok ? `${start.upstream.path}${route.path}` : route.path;
    let outcome;
    request.on('error', () => { });
    response.on('error', () => { });
    if (request.headers.upgrade !== undefined || method === 'CONNECT') {
        // Clients that try a WebSocket first go on with HTTP when they get this.
        outcome = refuse(broker, response, 426, 'protocol-not-allowed', 'only HTTP/1.1 is spoken here, no WebSocket');
    }
    else if (!route.ok) {
        const what = `${method} ${path} is not a part of the model API that is open to the agent`;
        outcome = refuse(broker, response, 403, route.reason, what);
    }
    else {
        const spent = counter.exhausted();
        outcome =
            spent === undefined
                ? await forward(broker, request, response, `${path}${route.search}`)
                : refuse(broker, response, FINAL_STATUS, 'budget', spent.message);
    }
    const { address, ...attempt } = outcome;
    recordAttempt(broker, {
        ...attempt,
        ...(address === undefined ? {} : { address }),
        ...{ method, path, began },
        ...(response.headersSent ? { status: response.statusCode } : {}),
    });
    broker.context.onTraffic(counter.sums());
}
function refuse(broker, response, status, reason, message) {
    (0,end_after_body/* endAfterBody */.k)(response, writeHead(broker, response, status, message));
    return { verdict: 'blocked', reason, bytes: { out: 0, in: 0 } };
}
/** An answer of ours to a request that was sent on. */
function answer(broker, response, status, message) {
    response.end(writeHead(broker, response, status, message));
}
/** Gives the body that belongs to it. The connection ends with the answer. */
function writeHead({ start }, response, status, message) {
    const body = providerError(start.provider, status, message);
    response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
        ...(status === 426 ? { upgrade: 'HTTP/1.1' } : {}),
    });
    return body;
}
/** What may get better by trying again; all else ends the agent with one clear message. */
const PASSING_FAILURES = ['resolve-failed', 'upstream-failed', 'timeout'];
function forward(broker, request, response, target) {
    const { start, counter } = broker;
    const { upstream } = start;
    const meter = (0,http_meter/* createMeter */.q)();
    let reason = 'rule';
    let verdict = 'allowed';
    let address;
    let reader;
    counter.begin();
    return new Promise((resolve) => {
        const outgoing = model_request_open(broker, request, target);
        if (outgoing === undefined) {
            counter.end(undefined, {});
            resolve(refuse(broker, response, FINAL_STATUS, 'http-malformed', 'the request cannot be sent on'));
            return;
        }
        meter.follow(outgoing);
        (0,message/* onceOver */.E_)(request, response, () => {
            outgoing.destroy();
            const whole = response.writableFinished;
            counter.end(whole ? response.statusCode : undefined, reader?.end() ?? {});
            resolve({ verdict, reason, bytes: meter.bytes(), address: meter.address() ?? address });
        });
        outgoing.on('response', (incoming) => {
            if (incoming.statusCode === 401 || incoming.statusCode === 403) {
                reason = 'key-refused';
                counter.keyRefused();
                refusedKeyMessage(incoming, start)
                    .then((message) => answer(broker, response, FINAL_STATUS, message))
                    .catch(() => response.destroy());
                return;
            }
            reader = passBack(incoming, response, start.credential);
            if (reader !== undefined)
                return;
            reason = 'upstream-failed';
            const what = `the answer of the model API at ${upstream.host}:${upstream.port} cannot be read`;
            answer(broker, response, 502, `${what}: its status or its Content-Encoding is unknown`);
        });
        outgoing.on('error', (error) => {
            const failure = (0,upstream_agent/* dialFailure */.t)(error);
            if (response.headersSent || response.destroyed) {
                response.destroy();
                return;
            }
            reason = failure.reason;
            address = failure.address;
            const final = !PASSING_FAILURES.includes(reason);
            if (final)
                verdict = 'blocked';
            answer(broker, response, final ? FINAL_STATUS : 502, `the model API at ${upstream.host}:${upstream.port} could not be reached (${reason})`);
        });
        (0,external_node_stream_.pipeline)(request, outgoing, () => { });
    });
}
/** `undefined` for what Node cannot write anew. */
function model_request_open({ start, agent }, request, target) {
    try {
        return (0,external_node_http_.request)({
            agent,
            method: request.method,
            path: target,
            headers: bodyHeaders(request, upstreamHeaders(request.rawHeaders, start.upstream, start.credential)),
            setHost: false,
            setDefaultHeaders: false,
        });
    }
    catch {
        return undefined;
    }
}
/** A body of unknown length stays one. */
function bodyHeaders(request, headers) {
    return [
        ...headers,
        ...(request.headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked']),
    ];
}

;// CONCATENATED MODULE: ./lib/gateway/broker/traffic.js
const PARTS = { 'max-requests': 'requests', 'max-tokens': 'tokens', 'max-cost-usd': 'US dollars' };
/** Writing to a one-hour cache costs twice the price of input, the most of all kinds: a bound must not be too low. */
const CACHE_WRITE_FACTOR = 2;
function createTrafficCounter(provider, budget) {
    const { price } = budget;
    let sums = {
        provider,
        requests: 0,
        failed: 0,
        inputTokens: 0,
        outputTokens: 0,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        uncounted: 0,
        ...(price === undefined ? {} : { costUsd: 0 }),
    };
    function used() {
        const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = sums;
        const tokens = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
        return {
            'max-requests': [sums.requests, budget.maxRequests],
            'max-tokens': [tokens, budget.maxTokens],
            'max-cost-usd': [sums.costUsd ?? 0, budget.maxCostUsd],
        };
    }
    return {
        exhausted: () => {
            for (const part of Object.keys(PARTS)) {
                const [spent, most] = used()[part];
                if (most === undefined || spent < most)
                    continue;
                sums = { ...sums, exhausted: part };
                const amount = part === 'max-cost-usd' ? spent.toFixed(2) : String(spent);
                return {
                    part,
                    message: `the budget of this run is used up: ${amount} of ${most} ${PARTS[part]} (${part})`,
                };
            }
            return undefined;
        },
        begin: () => {
            const { lastStatus: _, ...rest } = sums;
            sums = { ...rest, requests: sums.requests + 1 };
        },
        end: (status, { model, counted }) => {
            const good = status !== undefined && status < 400;
            const inputTokens = sums.inputTokens + (counted?.input ?? 0);
            const outputTokens = sums.outputTokens + (counted?.output ?? 0);
            const cacheReadTokens = sums.cacheReadTokens + (counted?.cacheRead ?? 0);
            const cacheWriteTokens = sums.cacheWriteTokens + (counted?.cacheWrite ?? 0);
            const paidInput = inputTokens + cacheReadTokens + CACHE_WRITE_FACTOR * cacheWriteTokens;
            sums = {
                ...sums,
                ...{ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens },
                failed: sums.failed + (good ? 0 : 1),
                uncounted: sums.uncounted + (good && counted === undefined ? 1 : 0),
                ...(status === undefined ? {} : { lastStatus: status }),
                ...(model === undefined ? {} : { model }),
                ...(price === undefined
                    ? {}
                    : { costUsd: (paidInput * price.input + outputTokens * price.output) / 1e6 }),
            };
        },
        keyRefused: () => {
            sums = { ...sums, keyRefused: true };
        },
        sums: () => sums,
    };
}

// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
// EXTERNAL MODULE: ./lib/core/errors.js + 1 modules
var errors = __webpack_require__(1353);
// EXTERNAL MODULE: ./lib/gateway/upstream/dial.js
var dial = __webpack_require__(1770);
;// CONCATENATED MODULE: ./lib/gateway/broker/upstream-agent.js





/** Providers close idle connections after a minute or so; a request on one that was just closed would be lost. */
const IDLE_MS = 4_000;
const HANDSHAKE_MS = 10_000;
/** Dials like all of the gateway does, and takes addresses too: a base URL may have one. */
function createBrokerDial(resolver) {
    return (0,dial/* createDial */.B)({
        addressesOf: (name) => ((0,external_node_net_.isIPv4)(name) ? Promise.resolve([name]) : resolver.addressesOf(name)),
    });
}
/**
 * Connections to the one upstream of a broker. The address is checked like that of any rule; over TLS the
 * certificate has to be valid for the name of the base URL.
 */
function createBrokerAgent(options) {
    const { upstream, dial } = options;
    const context = options.extraRoots === undefined ? undefined : contextWith(options.extraRoots);
    const agent = new external_node_http_.Agent({ keepAlive: true, timeout: IDLE_MS });
    async function open() {
        const dialled = await dial({ name: upstream.host, port: upstream.port, private: options.private });
        if (!dialled.ok)
            throw failure(upstream, dialled);
        options.adopt(dialled.socket);
        return upstream.scheme === 'https'
            ? handshake(dialled.socket, dialled.address, upstream, context)
            : dialled.socket;
    }
    // Node calls back with the socket; its types know only the form that returns one.
    agent.createConnection = (_options, callback) => {
        open().then((socket) => callback(null, socket), (error) => callback(error));
    };
    return agent;
}
function contextWith(extraRoots) {
    return (0,external_node_tls_.createSecureContext)({ ca: [...external_node_tls_.rootCertificates, extraRoots] });
}
function handshake(socket, address, upstream, secureContext) {
    return new Promise((resolve, reject) => {
        const tls = (0,external_node_tls_.connect)({
            socket,
            ...((0,external_node_net_.isIPv4)(upstream.host) ? { host: upstream.host } : { servername: upstream.host }),
            ALPNProtocols: ['http/1.1'],
            ...(secureContext === undefined ? {} : { secureContext }),
        });
        const timer = setTimeout(() => tls.destroy(new errors/* CagentError */.lx('gateway.failed', 'the handshake took too long')), HANDSHAKE_MS);
        const fail = (error) => {
            clearTimeout(timer);
            tls.destroy();
            reject(failure(upstream, { reason: reasonOf(error), address }));
        };
        tls.once('error', fail);
        const closed = () => fail(new errors/* CagentError */.lx('gateway.failed', 'closed during the handshake'));
        tls.once('close', closed);
        tls.once('secureConnect', () => {
            clearTimeout(timer);
            tls.off('close', closed);
            tls.off('error', fail);
            resolve(tls);
        });
    });
}
/** Node names what is wrong with a certificate; everything else is the connection's trouble. */
function reasonOf({ code = '' }) {
    const ofCertificates = /CERT|SIGNATURE|ALTNAME|ISSUER|^HOSTNAME_MISMATCH|^INVALID_(CA|PURPOSE)|^PATH_LENGTH/;
    return ofCertificates.test(code) && !code.startsWith('ERR_SSL')
        ? 'upstream-certificate'
        : 'upstream-failed';
}
function failure(upstream, cause) {
    return new errors/* CagentError */.lx('gateway.failed', `cannot reach ${upstream.host}`, { cause });
}

;// CONCATENATED MODULE: ./lib/gateway/broker/broker.js








const LARGEST_HEAD = 64 * 1024;
/** Clients keep connections for their next request; a model may think for long before it answers. */
const KEEP_ALIVE_MS = 600_000;
function createBrokers(starts, context) {
    const brokers = new Map(starts.map((start) => [start.port, listen(start, context)]));
    return {
        ports: [...brokers.keys()],
        accept: (client) => {
            const broker = brokers.get(client.localPort ?? 0);
            if (broker === undefined)
                return false;
            if (context.connections.admit(client))
                broker.serve(client);
            else {
                client.resetAndDestroy();
                recordAttempt(broker, { verdict: 'blocked', reason: 'too-many-connections' });
            }
            return true;
        },
        close: () => {
            for (const broker of brokers.values())
                broker.close();
        },
    };
}
function listen(start, context) {
    const agent = createBrokerAgent({
        ...start,
        ...context,
        adopt: (socket) => context.connections.adopt(socket),
    });
    const broker = {
        start,
        agent,
        counter: createTrafficCounter(start.provider, start.budget),
        context,
    };
    const server = (0,external_node_http_.createServer)({
        maxHeaderSize: LARGEST_HEAD,
        // Requests without Host are recorded like all others; where they go does not depend on it.
        requireHostHeader: false,
        keepAliveTimeout: KEEP_ALIVE_MS,
        requestTimeout: 0,
        highWaterMark: 65_536,
    });
    const waiting = (0,waiting_requests/* createWaitingRequests */.a)();
    const refused = (reason, request, status) => recordAttempt(broker, {
        ...{ verdict: 'blocked', reason },
        ...(request === undefined ? {} : { method: request.method ?? '', path: pathOf(request) }),
        ...(status === undefined ? {} : { status }),
    });
    const handle = (request, response) => {
        if (!waiting.admit(request, response)) {
            request.socket.destroy();
            refused('too-many-connections', request);
            return;
        }
        context.connections.track(handleModelRequest(broker, request, response).catch(() => {
            response.destroy();
            refused('http-malformed', request);
        }));
    };
    server.on('request', handle);
    server.on('checkExpectation', handle);
    server.on('connect', (request, socket) => {
        const response = (0,bare_response/* bareResponse */.w)(request, socket);
        if (response !== undefined)
            handle(request, response);
        else {
            socket.destroy();
            refused('http-malformed', request);
        }
    });
    server.on('clientError', (error, socket) => {
        if (error.code === 'ECONNRESET' || !socket.writable) {
            socket.destroy();
            return;
        }
        socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
        refused('http-malformed', undefined, 400);
    });
    return {
        ...broker,
        serve: (client) => {
            server.emit('connection', client);
            client.resume();
        },
        close: () => agent.destroy(),
    };
}
function pathOf({ url = '' }) {
    return url.split('?', 1)[0];
}


/***/ }),

/***/ 3383:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   w: () => (/* binding */ bareResponse)
/* harmony export */ });
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7067);

/**
 * Something to answer with, for requests (CONNECT, Upgrade) that Node hands over with the bare socket.
 * @returns `undefined` behind requests that still wait for their answers: it could only be written in front of those
 */
function bareResponse(request, socket) {
    const response = new node_http__WEBPACK_IMPORTED_MODULE_0__.ServerResponse(request);
    try {
        response.assignSocket(socket);
    }
    catch {
        return undefined;
    }
    response.once('finish', () => socket.destroySoon());
    return response;
}


/***/ }),

/***/ 4362:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ endAfterBody)
/* harmony export */ });
/* harmony import */ var _message_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9440);

/** How long a client may still send a body that nobody wants. */
const LAST_BODY_MS = 5_000;
/**
 * Ends an answer and its connection. A connection that is closed while its client still sends is reset, and a client
 * that meets the reset before it has read its answer never hears of it (RFC 9112, section 9.6): a quarter of the uploads
 * by curl in a measurement. So what is left of the request's body is read and thrown away.
 * @param response its head is written, with `connection: close` and the length of `body`
 */
function endAfterBody(response, body) {
    const { req: request, socket } = response;
    // Behind answers that are still awaited it has no connection yet.
    if (socket === null || !(0,_message_js__WEBPACK_IMPORTED_MODULE_0__/* .hasBody */ .d9)(request) || request.complete || request.destroyed) {
        response.end(body);
        return;
    }
    response.write(body);
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LAST_BODY_MS);
    socket.once('close', () => clearTimeout(timer));
    request.once('end', () => socket.destroySoon()).resume();
}


/***/ }),

/***/ 1617:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Kj: () => (/* binding */ announcedTrailers),
/* harmony export */   Ro: () => (/* binding */ headerPairs),
/* harmony export */   UE: () => (/* binding */ headerValues),
/* harmony export */   _W: () => (/* binding */ endToEndTrailers),
/* harmony export */   cu: () => (/* binding */ endToEndHeaders)
/* harmony export */ });
/* harmony import */ var _other_readings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1579);

/** Headers that concern one connection and not the message (RFC 9110, 7.6.1): each side of a proxy has its own. */
const HOP_BY_HOP = new Set([
    'connection',
    'keep-alive',
    'proxy-connection',
    'proxy-authenticate',
    'proxy-authorization',
    'te',
    // Node throws when it stands on a message that is not chunked; where it may stand, it is set anew.
    'trailer',
    'transfer-encoding',
    'upgrade',
    'http2-settings',
]);
/**
 * Names and values of a message's own headers, alternating, in the order and case in which they came, without the
 * pseudo-headers of HTTP/2.
 */
function endToEndHeaders(rawHeaders) {
    const listed = new Set(rawHeaders.flatMap((value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'connection'
        ? value.split(',').map((name) => name.trim().toLowerCase())
        : []));
    const kept = [];
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
        const name = rawHeaders[at].toLowerCase();
        // Framing and Host are what was judged; a Connection header cannot have them taken out.
        if (name.startsWith(':') ||
            HOP_BY_HOP.has(name) ||
            (listed.has(name) && name !== 'content-length' && name !== 'host'))
            continue;
        kept.push(rawHeaders[at], rawHeaders[at + 1]);
    }
    return kept;
}
/** The same for trailers, where what was judged must not be said once more: some servers take them for headers. */
function endToEndTrailers(rawTrailers) {
    return headerPairs(endToEndHeaders(rawTrailers))
        .filter(([name]) => !/^(host|content-length)$/i.test(name) && !(0,_other_readings_js__WEBPACK_IMPORTED_MODULE_0__/* .changesReading */ .o)(name))
        .flat();
}
/** The values of a header, one for each line of it. */
function headerValues(rawHeaders, name) {
    return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}
/** What announces the trailers of a message that is sent on in chunks; only such a message has any. */
function announcedTrailers(rawHeaders) {
    return headerValues(rawHeaders, 'trailer').flatMap((names) => ['Trailer', names]);
}
/** Alternating names and values as pairs. */
function headerPairs(raw) {
    return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));
}


/***/ }),

/***/ 9440:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E_: () => (/* binding */ onceOver),
/* harmony export */   Gk: () => (/* binding */ addTrailers),
/* harmony export */   JY: () => (/* binding */ isHttp2),
/* harmony export */   RH: () => (/* binding */ headerBytes),
/* harmony export */   c4: () => (/* binding */ headBytes),
/* harmony export */   d9: () => (/* binding */ hasBody),
/* harmony export */   dC: () => (/* binding */ http2Trailers),
/* harmony export */   io: () => (/* binding */ writeHttp2Head),
/* harmony export */   yl: () => (/* binding */ writeHead),
/* harmony export */   zD: () => (/* binding */ grouped)
/* harmony export */ });
/* harmony import */ var _headers_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1617);

function isHttp2(request) {
    return request.httpVersionMajor === 2;
}
/** The size of a request's head, as it is on the wire of HTTP/1.1. */
function headBytes({ method = '', url = '', rawHeaders }) {
    return headerBytes(rawHeaders) + method.length + url.length + 12;
}
function headerBytes(rawHeaders) {
    return rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
}
/** Whether a body follows the head. */
function hasBody(request) {
    if (isHttp2(request))
        return !request.stream.endAfterHeaders;
    return (request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0');
}
/**
 * Calls back when an answer is over, whole or not. On a connection that ends, the answers that wait for their turn
 * behind another one may never hear of it, so the connection itself is listened to.
 */
function onceOver(request, response, over) {
    const connection = isHttp2(request) ? undefined : request.socket;
    let ended = false;
    const end = () => {
        if (ended)
            return;
        ended = true;
        connection?.off('close', end);
        over();
    };
    response.prependOnceListener('close', end);
    connection?.once('close', end);
}
/**
 * Sends the head of the destination's answer on, with the reason phrase that is usual: the destination's may be anything.
 * @returns `false` when it cannot be said in the agent's protocol: a status below 100, and HTTP/2 has headers that may
 * stand only once. Another head can be written then.
 */
function writeHead(request, response, answer) {
    const { statusCode = 502, rawHeaders } = answer;
    if (isHttp2(request))
        return writeHttp2Head(response, statusCode, rawHeaders);
    const plain = response;
    plain.sendDate = false;
    const isChunked = answer.headers['transfer-encoding'] !== undefined && request.httpVersion === '1.1';
    const trailers = isChunked && mayHaveBody(request, statusCode) ? (0,_headers_js__WEBPACK_IMPORTED_MODULE_0__/* .announcedTrailers */ .Kj)(rawHeaders) : [];
    try {
        plain.writeHead(statusCode, [...(0,_headers_js__WEBPACK_IMPORTED_MODULE_0__/* .endToEndHeaders */ .cu)(rawHeaders), ...trailers]);
    }
    catch {
        plain.statusMessage = '';
        return false;
    }
    // Server-sent events: the head must not wait for the first event.
    if (answer.headers['content-length'] === undefined)
        plain.flushHeaders();
    return true;
}
function mayHaveBody({ method }, status) {
    return method !== 'HEAD' && status !== 204 && status !== 304;
}
/** The same for an answer whose status and headers are known. */
function writeHttp2Head(response, status, rawHeaders) {
    response.sendDate = false;
    try {
        response.writeHead(status, grouped((0,_headers_js__WEBPACK_IMPORTED_MODULE_0__/* .endToEndHeaders */ .cu)(rawHeaders)));
        return true;
    }
    catch {
        for (const name of response.getHeaderNames())
            response.removeHeader(name);
        return false;
    }
}
function addTrailers(request, response, rawTrailers) {
    if (rawTrailers.length === 0)
        return;
    if (isHttp2(request))
        response.addTrailers(http2Trailers(rawTrailers));
    else
        response.addTrailers((0,_headers_js__WEBPACK_IMPORTED_MODULE_0__/* .headerPairs */ .Ro)((0,_headers_js__WEBPACK_IMPORTED_MODULE_0__/* .endToEndTrailers */ ._W)(rawTrailers)));
}
/** One value for each name: Node throws at repeated ones where nobody can catch it. */
function http2Trailers(rawTrailers) {
    const first = Object.entries(grouped((0,_headers_js__WEBPACK_IMPORTED_MODULE_0__/* .endToEndTrailers */ ._W)(rawTrailers)));
    return Object.fromEntries(first.map(([name, values]) => [name, [values].flat()[0]]));
}
/** Alternating names and values as one entry for each name; names of HTTP/2 are in lower case. */
function grouped(headers) {
    const groups = new Map();
    for (const [name, value] of (0,_headers_js__WEBPACK_IMPORTED_MODULE_0__/* .headerPairs */ .Ro)(headers)) {
        const key = name.toLowerCase();
        groups.set(key, [...(groups.get(key) ?? []), value]);
    }
    return Object.fromEntries([...groups].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}


/***/ }),

/***/ 8342:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   q: () => (/* binding */ createMeter)
/* harmony export */ });
function createMeter() {
    let socket;
    let start = { out: 0, in: 0 };
    let address;
    return {
        follow: (request) => {
            request.once('socket', (assigned) => {
                socket = assigned;
                // Node forgets the peer of a closed socket.
                address = assigned.remoteAddress;
                start = { out: assigned.bytesWritten, in: assigned.bytesRead };
            });
        },
        address: () => address,
        refused: (without) => {
            address ??= without;
        },
        bytes: () => ({ out: (socket?.bytesWritten ?? 0) - start.out, in: (socket?.bytesRead ?? 0) - start.in }),
    };
}


/***/ }),

/***/ 1579:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ otherReadings),
/* harmony export */   o: () => (/* binding */ changesReading)
/* harmony export */ });
/** Headers by which frameworks let a request stand for one with another method, or another path. */
const METHOD_HEADERS = ['x-http-method-override', 'x-http-method', 'x-method-override'];
const PATH_HEADERS = ['x-original-url', 'x-rewrite-url'];
/** One is usual; each more multiplies the readings. */
const MOST_HEADERS = 4;
/**
 * What a server may take a request for besides what it is: a rule for methods or paths has to allow these too.
 * `undefined`: too many to tell.
 */
function otherReadings(rawHeaders, { method, path }) {
    const valuesOf = (names) => rawHeaders
        .filter((_, at) => at % 2 === 1 && names.includes(variableOf(rawHeaders[at - 1])))
        .map((value) => value.trim());
    const methods = valuesOf(METHOD_HEADERS).map((value) => value.toUpperCase());
    const paths = valuesOf(PATH_HEADERS);
    if (methods.length + paths.length > MOST_HEADERS)
        return undefined;
    return [method, ...methods]
        .flatMap((asked) => [path, ...paths].map((to) => ({ method: asked, path: to })))
        .slice(1);
}
/** Whether a header of this name can make a request stand for another one. */
function changesReading(name) {
    return [...METHOD_HEADERS, ...PATH_HEADERS].includes(variableOf(name));
}
/** CGI and its heirs know headers as variables, in which `-` and `_` are the same. */
function variableOf(name) {
    return name.toLowerCase().replaceAll('_', '-');
}


/***/ }),

/***/ 5942:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ createUpstreamAgent),
/* harmony export */   t: () => (/* binding */ dialFailure)
/* harmony export */ });
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7067);
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1353);


/** The upstream side of one HTTP connection of the agent: dialled on demand, kept for its next requests. */
function createUpstreamAgent(dial, target, mostSockets) {
    const agent = new node_http__WEBPACK_IMPORTED_MODULE_0__.Agent({ keepAlive: true, maxSockets: mostSockets });
    // Node calls back with the socket; its types know only the form that returns one.
    agent.createConnection = (_options, callback) => {
        dial(target).then((dialled) => {
            if (dialled.ok)
                callback(null, dialled.socket);
            else
                callback(new _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CagentError */ .lx('gateway.failed', `cannot reach ${target.name}`, { cause: dialled }));
        });
    };
    return agent;
}
/** The reason behind an error of a request to upstream. */
function dialFailure(error) {
    const { cause } = error;
    const known = error instanceof _core_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CagentError */ .lx && typeof cause === 'object' && cause !== null && 'reason' in cause;
    return known ? cause : { reason: 'upstream-failed' };
}


/***/ }),

/***/ 5763:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ createWaitingRequests)
/* harmony export */ });
/* unused harmony export MOST_WAITING */
/* harmony import */ var _message_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9440);

/** Clients ask one after the other; a hundred at a time are what HTTP/2 gives them too. */
const MOST_WAITING = 100;
function createWaitingRequests() {
    const waiting = new WeakMap();
    return {
        admit: (request, response) => {
            const { socket } = request;
            const count = waiting.get(socket) ?? 0;
            if (count >= MOST_WAITING)
                return false;
            // Each of them listens for the end of the connection.
            socket.setMaxListeners(0);
            waiting.set(socket, count + 1);
            (0,_message_js__WEBPACK_IMPORTED_MODULE_0__/* .onceOver */ .E_)(request, response, () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
            return true;
        },
    };
}


/***/ })

};
