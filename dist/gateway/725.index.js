export const id = 725;
export const ids = [725];
export const modules = {

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

/***/ 3725:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  y: () => (/* binding */ handleRequest),
  N: () => (/* binding */ handleUpgrade)
});

// EXTERNAL MODULE: ./lib/egress/host-name.js + 1 modules
var host_name = __webpack_require__(9040);
// EXTERNAL MODULE: ./lib/egress/reasons.js
var reasons = __webpack_require__(1630);
// EXTERNAL MODULE: ./lib/gateway/connection/refuse.js + 1 modules
var refuse = __webpack_require__(5982);
// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
;// CONCATENATED MODULE: ./lib/gateway/http/counted-body.js
/**
 * Passes a request body on for as long as the rule's budget lasts. The piece that is too much does not leave: the
 * way out is cut first, and what the agent still sends is thrown away, so that it can read its refusal.
 */
function pipeCounted(request, outgoing, gate, overrun) {
    // Not `pipeline`, which would end the agent's connection together with the way out.
    request.on('data', (chunk) => {
        if (outgoing.destroyed)
            return;
        const over = gate(chunk.length);
        if (over?.verdict === 'blocked') {
            request.unpipe(outgoing);
            outgoing.destroy();
            request.resume();
        }
        if (over !== undefined)
            overrun(over);
    });
    request.pipe(outgoing);
}

// EXTERNAL MODULE: ./lib/gateway/http/headers.js
var http_headers = __webpack_require__(1617);
// EXTERNAL MODULE: ./lib/gateway/http/message.js
var message = __webpack_require__(9440);
// EXTERNAL MODULE: ./lib/gateway/http/meter.js
var http_meter = __webpack_require__(8342);
// EXTERNAL MODULE: ./lib/gateway/http/refusal.js
var refusal = __webpack_require__(5271);
;// CONCATENATED MODULE: ./lib/gateway/http/request-record.js
/** Writes the line of one request, when its answer has ended in whatever way. */
function recordRequest({ connection, request, response, check, began }, decision, meter) {
    const { destination } = connection.attempt;
    const { method = '' } = request;
    const { verdict, reason, rule } = decision;
    const bytes = meter.bytes();
    // The head of a WebSocket's 101 is written past the response, which therefore knows of none.
    const isAnswered = response.headersSent || response.statusCode === 101;
    connection.context.log.add({
        ...{ verdict, reason, rule, protocol: 'http', host: destination.name, port: destination.port },
        ...(meter.address() === undefined ? {} : { ip: meter.address() }),
        ...{ method, path: check.target },
        ...(isAnswered ? { status: response.statusCode } : {}),
        ...{ bytesOut: bytes.out, bytesIn: bytes.in, durationMs: Date.now() - began.getTime(), began },
    });
}

// EXTERNAL MODULE: ./lib/gateway/http/upstream-agent.js
var upstream_agent = __webpack_require__(5942);
;// CONCATENATED MODULE: ./lib/gateway/http/forward-request.js










/** Without a body these may be sent again when a kept connection turns out to be closed (RFC 9110, 9.2.2). */
const REPEATABLE = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];
/** Sends the request on, streams the answer back, and records both as one line. */
function forwardRequest(forwarding) {
    const { request, response } = forwarding;
    const meter = (0,http_meter/* createMeter */.q)();
    const way = {};
    let decision = forwarding.check.decision;
    request.on('error', () => { });
    response.on('error', () => { });
    const fail = (failed) => {
        decision = failed;
        (0,refusal/* sendRefusal */.RW)(request, response, failed);
    };
    send(forwarding, way, meter, fail, (over) => {
        if (over.verdict === 'blocked')
            fail(over);
        else
            decision = over;
    });
    // Last: what cannot be written anew has thrown by now, and is recorded by the caller.
    (0,message/* onceOver */.E_)(request, response, () => {
        recordRequest(forwarding, decision, meter);
        way.outgoing?.destroy();
    });
}
function send(forwarding, way, meter, fail, overrun) {
    const { connection, request, response, check } = forwarding;
    let cut = false;
    const body = (0,message/* hasBody */.d9)(request);
    const outgoing = openRequest(forwarding, []);
    way.outgoing = outgoing;
    meter.follow(outgoing);
    outgoing.on('continue', () => response.writeContinue());
    outgoing.on('response', (incoming) => {
        if (!sendBack(incoming, request, response))
            fail((0,refuse/* failedDecision */.O)(check.decision, 'upstream-failed'));
    });
    // Nobody asked for another protocol, so there is nobody to speak it with.
    outgoing.on('upgrade', (_incoming, socket) => {
        socket.destroy();
        fail((0,refuse/* failedDecision */.O)(check.decision, 'upstream-failed'));
    });
    outgoing.on('error', (error) => {
        if (cut)
            return;
        if (response.headersSent || response.destroyed)
            response.destroy();
        else if (outgoing.reusedSocket && !body && REPEATABLE.includes(request.method))
            send(forwarding, way, meter, fail, overrun);
        else {
            const { reason, address } = (0,upstream_agent/* dialFailure */.t)(error);
            meter.refused(address);
            fail((0,refuse/* failedDecision */.O)(check.decision, reason));
        }
    });
    if (!body) {
        request.resume();
        outgoing.end();
        return;
    }
    // A client with "Expect: 100-continue" sends its body only after the destination has seen the head.
    outgoing.flushHeaders();
    request.on('end', () => outgoing.addTrailers((0,http_headers/* headerPairs */.Ro)((0,http_headers/* endToEndTrailers */._W)(request.rawTrailers))));
    const gate = connection.context.budgets.uploads(check.decision.rule);
    if (gate === undefined)
        (0,external_node_stream_.pipeline)(request, outgoing, () => { });
    else
        pipeCounted(request, outgoing, gate, (over) => {
            cut = over.verdict === 'blocked';
            overrun(over);
        });
}
/** Begins a request to the destination with the headers of the agent's own. */
function openRequest({ connection, request, check }, extra) {
    const headers = [...messageHeaders(request, check), ...extra];
    const sized = (0,http_headers/* headerValues */.UE)(request.rawHeaders, 'content-length').length > 0;
    const chunked = (0,http_headers/* headerValues */.UE)(request.rawHeaders, 'transfer-encoding').length > 0;
    if (chunked || ((0,message/* hasBody */.d9)(request) && !sized))
        headers.push('Transfer-Encoding', 'chunked', ...(0,http_headers/* announcedTrailers */.Kj)(request.rawHeaders));
    return (0,external_node_http_.request)({
        agent: connection.agent,
        method: request.method,
        path: check.target,
        headers,
        setHost: false,
        setDefaultHeaders: false,
    });
}
/** HTTP/2 has the host in a pseudo-header and may cut cookies into pieces; HTTP/1.1 has one line for each. */
function messageHeaders(request, { host }) {
    const headers = (0,http_headers/* endToEndHeaders */.cu)(request.rawHeaders);
    if (!(0,message/* isHttp2 */.JY)(request))
        return headers;
    const pairs = (0,http_headers/* headerPairs */.Ro)(headers).filter(([name]) => name !== 'cookie' && name !== 'host');
    const cookies = (0,http_headers/* headerValues */.UE)(request.rawHeaders, 'cookie');
    const cookie = cookies.length === 0 ? [] : ['cookie', cookies.join('; ')];
    return ['host', host ?? '', ...pairs.flat(), ...cookie];
}
/** Streams the answer to the agent; `false`: its head cannot be sent on, and nothing was. */
function sendBack(incoming, request, response) {
    if (!(0,message/* writeHead */.yl)(request, response, incoming))
        return false;
    incoming.on('end', () => (0,message/* addTrailers */.Gk)(request, response, incoming.rawTrailers));
    (0,external_node_stream_.pipeline)(incoming, response, () => { });
    return true;
}

// EXTERNAL MODULE: external "node:http2"
var external_node_http2_ = __webpack_require__(2467);
;// CONCATENATED MODULE: ./lib/gateway/http/forward-stream.js









/** Sends a request on as a stream of an HTTP/2 session with the destination, both ways at once, and records it. */
function forwardStream(forwarding, upstream) {
    const { connection, request, response, check } = forwarding;
    // Heads are compressed with what went before, so their own size is told.
    const bytes = { out: (0,message/* headBytes */.c4)(request), in: 0 };
    const meter = { address: () => upstream.address, bytes: () => bytes };
    let decision = check.decision;
    let failed = false;
    response.once('close', () => recordRequest(forwarding, decision, meter));
    request.on('error', () => { });
    response.on('error', () => { });
    const fail = (why) => {
        // A stream that the agent has given up has not failed.
        if (failed || request.stream.closed)
            return;
        failed = true;
        decision = why;
        (0,refusal/* sendRefusal */.RW)(request, response, why);
    };
    const body = (0,message/* hasBody */.d9)(request);
    const outgoing = openStream(forwarding, upstream.session, body);
    if (outgoing === undefined) {
        const { destroyed, closed } = upstream.session;
        if (destroyed || closed)
            fail((0,refuse/* failedDecision */.O)(check.decision, 'upstream-failed'));
        else
            fail({ verdict: 'blocked', reason: 'http-malformed', rule: reasons/* NO_RULE */.L });
        return;
    }
    outgoing.on('wantTrailers', () => outgoing.sendTrailers((0,message/* http2Trailers */.dC)(request.rawTrailers)));
    outgoing.on('continue', () => response.writeContinue());
    outgoing.on('response', (headers, _flags, raw) => {
        bytes.in += (0,message/* headerBytes */.RH)(raw);
        if (!(0,message/* writeHttp2Head */.io)(response, Number(headers[':status']), raw)) {
            fail((0,refuse/* failedDecision */.O)(check.decision, 'upstream-failed'));
            return;
        }
        outgoing.on('trailers', (_trailers, _end, rawTrailers) => response.addTrailers((0,message/* http2Trailers */.dC)(rawTrailers)));
        (0,external_node_stream_.pipeline)(outgoing, response, () => { });
    });
    outgoing.on('data', (chunk) => {
        bytes.in += chunk.length;
    });
    outgoing.on('error', () => fail((0,refuse/* failedDecision */.O)(check.decision, 'upstream-failed')));
    outgoing.once('close', () => {
        if (!response.headersSent)
            fail((0,refuse/* failedDecision */.O)(check.decision, 'upstream-failed'));
    });
    response.once('close', () => outgoing.close(external_node_http2_.constants.NGHTTP2_CANCEL));
    if (!body) {
        request.resume();
        return;
    }
    const gate = connection.context.budgets.uploads(check.decision.rule);
    if (gate === undefined)
        (0,external_node_stream_.pipeline)(request, outgoing, () => { });
    else
        pipeCounted(request, outgoing, gate, (over) => {
            if (over.verdict === 'blocked')
                fail(over);
            else
                decision = over;
        });
    request.on('data', (chunk) => {
        if (!failed)
            bytes.out += chunk.length;
    });
}
/** `undefined` when the session has just ended, and for headers that may stand only once but do not. */
function openStream(forwarding, session, body) {
    try {
        return session.request(requestHeaders(forwarding), { endStream: !body, waitForTrailers: body });
    }
    catch {
        return undefined;
    }
}
/** The agent's own headers under what was judged: method, host and target. */
function requestHeaders({ request, check, connection }) {
    const own = (0,http_headers/* headerPairs */.Ro)((0,http_headers/* endToEndHeaders */.cu)(request.rawHeaders)).filter(([name]) => name !== 'host');
    return {
        ':method': request.method,
        ':scheme': 'https',
        ':authority': check.host ?? connection.attempt.destination.name,
        ':path': check.target,
        ...(0,message/* grouped */.zD)(own.flat()),
        // The only hop-by-hop header that HTTP/2 has; servers of gRPC insist on it.
        ...(request.headers.te === 'trailers' ? { te: 'trailers' } : {}),
    };
}

;// CONCATENATED MODULE: ./lib/gateway/http/forward-upgrade.js







/** Sends a WebSocket handshake on; when the destination agrees, the connection is passed on from there unread. */
function forwardUpgrade(forwarding, head) {
    const { connection, request, response, check } = forwarding;
    const client = request.socket;
    const meter = (0,http_meter/* createMeter */.q)();
    let decision = check.decision;
    // Throws for what cannot be written anew, before anything is recorded.
    const outgoing = openRequest(forwarding, ['Connection', 'Upgrade', 'Upgrade', 'websocket']);
    client.once('close', () => recordRequest(forwarding, decision, meter));
    meter.follow(outgoing);
    client.once('close', () => outgoing.destroy());
    outgoing.on('response', (incoming) => {
        response.shouldKeepAlive = false;
        if (sendBack(incoming, request, response))
            return;
        decision = (0,refuse/* failedDecision */.O)(decision, 'upstream-failed');
        (0,refusal/* sendRefusal */.RW)(request, response, decision);
    });
    outgoing.on('upgrade', (incoming, upstream, upstreamHead) => {
        response.detachSocket(client);
        response.statusCode = 101;
        client.write(switchingProtocols(incoming));
        if (upstreamHead.length > 0)
            client.write(upstreamHead);
        const gate = connection.context.budgets.uploads(check.decision.rule);
        const mayLeave = (bytes) => {
            decision = gate?.(bytes) ?? decision;
            return decision.verdict !== 'blocked';
        };
        if (head.length > 0)
            client.unshift(head);
        join(client, upstream, mayLeave);
    });
    outgoing.on('error', (error) => {
        const { reason, address } = (0,upstream_agent/* dialFailure */.t)(error);
        meter.refused(address);
        decision = (0,refuse/* failedDecision */.O)(decision, reason);
        if (client.writable)
            (0,refusal/* sendRefusal */.RW)(request, response, decision);
    });
    outgoing.end();
}
function switchingProtocols({ rawHeaders }) {
    const lines = rawHeaders.flatMap((name, at) => at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}\r\n`] : []);
    return `HTTP/1.1 101 ${external_node_http_.STATUS_CODES[101]}\r\n${lines.join('')}\r\n`;
}
function join(client, upstream, mayLeave) {
    client.setTimeout(0);
    upstream.setTimeout(0);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroySoon());
    client.on('data', (chunk) => {
        if (mayLeave(chunk.length))
            return;
        upstream.destroy();
        client.destroy();
    });
    client.pipe(upstream).pipe(client);
}

// EXTERNAL MODULE: ./lib/gateway/http/request-check.js + 2 modules
var request_check = __webpack_require__(1421);
;// CONCATENATED MODULE: ./lib/gateway/http/http-connection.js










/** Judges a request and sends it on, or answers with the refusal; one line of the record in either case. */
function handleRequest(connection, request, response) {
    const began = new Date();
    const giveUp = () => refuseUnsendable(connection, request, response, began);
    try {
        const check = checkWithBudget(connection, request);
        if (check.decision.verdict === 'blocked')
            refuseRequest(connection, request, response, check.decision, began);
        else if (connection.upstream === undefined)
            forwardRequest({ connection, request, response, check, began });
        else
            forwardByUpstream({ connection, request, response, check, began }, connection.upstream).catch(giveUp);
    }
    catch {
        giveUp();
    }
}
/**
 * The last resort for a request that Node cannot write anew: an agent must not be able to end the gateway, and with it
 * the record, by an error that nobody foresaw.
 */
function refuseUnsendable(connection, request, response, began) {
    if (response.headersSent || response.destroyed)
        response.destroy();
    else
        refuseRequest(connection, request, response, { verdict: 'blocked', reason: 'http-malformed', rule: reasons/* NO_RULE */.L }, began);
}
async function forwardByUpstream(forwarding, upstream) {
    const { request, response, check } = forwarding;
    let gone = false;
    const leave = () => {
        gone = true;
        recordRequest(forwarding, check.decision, nothingMoved());
    };
    response.once('close', leave);
    const opened = await upstream.open();
    if (gone)
        return;
    response.off('close', leave);
    if (opened.kind === 'h2')
        forwardStream(forwarding, opened);
    else if (opened.kind === 'http/1.1')
        forwardRequest(forwarding);
    else {
        const decision = (0,refuse/* failedDecision */.O)(check.decision, opened.reason);
        response.once('close', () => recordRequest(forwarding, decision, nothingMoved(opened.address)));
        (0,refusal/* sendRefusal */.RW)(request, response, decision);
    }
}
function nothingMoved(address) {
    return { address: () => address, bytes: () => ({ out: 0, in: 0 }) };
}
/** The same for a request that wants to become a WebSocket. */
function handleUpgrade(connection, request, response, head) {
    const began = new Date();
    try {
        const check = checkWithBudget(connection, request);
        if (check.decision.verdict === 'blocked')
            refuseRequest(connection, request, response, check.decision, began);
        else
            forwardUpgrade({ connection, request, response, check, began }, head);
    }
    catch {
        refuseUnsendable(connection, request, response, began);
    }
}
/** A request that the rules allow counts against the budget of its rule, head included: a path can carry data too. */
function checkWithBudget({ attempt, context, refusal }, request) {
    if (refusal !== undefined)
        return { decision: refusal, target: request.url ?? '', host: undefined };
    const check = (0,request_check/* checkRequest */.y)(request, attempt.destination, context.policy);
    if (check.decision.verdict !== 'allowed')
        return check;
    const { rule } = check.decision;
    const over = context.budgets.request(rule) ?? context.budgets.uploads(rule)?.((0,message/* headBytes */.c4)(request));
    return over === undefined ? check : { ...check, decision: over };
}
function refuseRequest({ attempt, context }, request, response, decision, began) {
    (0,refusal/* sendRefusal */.RW)(request, response, decision);
    const { name, port } = attempt.destination;
    const { method = '', url = '', headers } = request;
    const authority = String(headers[':authority'] ?? headers.host ?? name);
    context.log.add({
        ...decision,
        protocol: 'http',
        host: hostOf(authority),
        port,
        method,
        path: url,
        status: response.statusCode,
        began,
    });
}
/** Without the port, which is that of the connection; in the form of all other records where it is a name. */
function hostOf(authority) {
    const host = authority.replace(/:\d*$/, '');
    return (0,host_name/* normalizeName */.Pc)(host) ?? host;
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

/***/ 5271:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Hg: () => (/* binding */ refusalBody),
/* harmony export */   RW: () => (/* binding */ sendRefusal)
/* harmony export */ });
/* unused harmony export refusalStatus */
/* harmony import */ var _egress_reasons_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1630);
/* harmony import */ var _end_after_body_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4362);
/* harmony import */ var _message_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9440);



/** Status of a refused request; what cannot be read is not refused but wrong. */
function refusalStatus({ reason }) {
    if (reason === 'http-malformed')
        return 400;
    if (reason === 'timeout')
        return 504;
    return FAILURES.has(reason) ? 502 : 403;
}
const FAILURES = new Set(['resolve-failed', 'upstream-failed', 'upstream-certificate']);
/** A few words for whoever reads the agent's log: why, and by which rule. */
function refusalBody({ reason, rule }) {
    const which = rule === _egress_reasons_js__WEBPACK_IMPORTED_MODULE_0__/* .NO_RULE */ .L ? 'No rule allows it.' : `Rule: ${rule}`;
    return `cagent: ${reason}: ${_egress_reasons_js__WEBPACK_IMPORTED_MODULE_0__/* .EGRESS_REASONS */ .q[reason]} ${which}\n`;
}
/** Answers instead of the destination, and ends the connection, since its request body may still be on the way. */
function sendRefusal(request, response, decision) {
    // Node throws for a stream that the agent has reset a moment ago.
    if (response.headersSent || ((0,_message_js__WEBPACK_IMPORTED_MODULE_2__/* .isHttp2 */ .JY)(request) && request.stream.closed)) {
        response.destroy();
        return;
    }
    const body = refusalBody(decision);
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) };
    if ((0,_message_js__WEBPACK_IMPORTED_MODULE_2__/* .isHttp2 */ .JY)(request)) {
        response.writeHead(refusalStatus(decision), headers);
        response.end(body);
        return;
    }
    response.writeHead(refusalStatus(decision), { ...headers, connection: 'close' });
    (0,_end_after_body_js__WEBPACK_IMPORTED_MODULE_1__/* .endAfterBody */ .k)(response, body);
}


/***/ }),

/***/ 1421:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  y: () => (/* binding */ checkRequest),
  c: () => (/* binding */ isWebSocket)
});

// EXTERNAL MODULE: ./lib/egress/decide.js
var decide = __webpack_require__(9631);
// EXTERNAL MODULE: ./lib/egress/reasons.js
var reasons = __webpack_require__(1630);
;// CONCATENATED MODULE: ./lib/egress/request-path.js
/** @param target the request target in origin form: path and query */
function normalizePath(target) {
    const cut = target.indexOf('?');
    const raw = cut === -1 ? target : target.slice(0, cut);
    const query = cut === -1 ? '' : target.slice(cut);
    if (!raw.startsWith('/'))
        return refuse('does not begin with a slash');
    if (raw.startsWith('//'))
        return refuse('begins with two slashes');
    if (/[^\x21-\x7e]/.test(raw))
        return refuse('has spaces, control characters or unencoded letters');
    if (target.includes('#'))
        return refuse('has a fragment');
    if (raw.includes('\\'))
        return refuse('has a backslash');
    const segments = [];
    for (const part of raw.slice(1).split('/')) {
        const text = decode(part);
        if (text === undefined)
            return refuse('has a broken percent-encoding');
        const problem = problemOf(text);
        if (problem !== undefined)
            return refuse(problem);
        segments.push({ raw: part, text });
    }
    if (segments.some(isDots)) {
        // Servers differ in what they do first, and each order leads somewhere else.
        if (segments.slice(0, -1).some(({ text }) => text === ''))
            return refuse('mixes dot segments and empty segments');
        if (segments.some(({ text }) => /[;?#]/.test(text)))
            return refuse('mixes dot segments and parameters');
    }
    const kept = removeDots(segments);
    return { ok: true, path: join(kept.map(({ text }) => text)), target: join(kept.map((s) => s.raw)) + query };
}
/** Whether a normalised path is under a normalised prefix; prefixes end at a segment boundary. */
function isUnderPrefix(path, prefix) {
    return prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix || path.startsWith(`${prefix}/`);
}
function decode(part) {
    try {
        // Refuses overlong and broken UTF-8, so that %c0%af cannot become a slash later.
        return decodeURIComponent(part);
    }
    catch {
        return undefined;
    }
}
function problemOf(text) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
    if (/[\u0000-\u001f\u007f-\u009f]/.test(text))
        return 'has an encoded control character';
    if (/[/\\]/.test(text))
        return 'has an encoded separator';
    if (/%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i.test(text))
        return 'is encoded twice';
    // Compatibility forms: a full-width slash or a two-dot leader becomes the plain one on some servers.
    const folded = text.normalize('NFKC');
    if (folded !== text && (/[/\\%]/.test(folded) || looksLikeDots(folded)))
        return 'has a look-alike of a separator';
    if (looksLikeDots(text) && !/^\.\.?$/.test(text))
        return 'has a look-alike of a dot segment';
    return undefined;
}
/** `..;x` is `..` to some servers, and `.. ` or `...` to others. */
function looksLikeDots(text) {
    return /^ *\.[. ]*(?:;|$)/.test(text);
}
function isDots({ text }) {
    return text === '.' || text === '..';
}
/** RFC 3986, 5.2.4. */
function removeDots(segments) {
    const kept = [];
    for (const segment of segments) {
        if (segment.text === '..')
            kept.pop();
        else if (segment.text !== '.')
            kept.push(segment);
    }
    const last = segments.at(-1);
    if (last !== undefined && isDots(last))
        kept.push({ raw: '', text: '' });
    return kept;
}
function join(segments) {
    return `/${segments.join('/')}`;
}
function refuse(problem) {
    return { ok: false, problem };
}

;// CONCATENATED MODULE: ./lib/egress/decide-request.js



/**
 * Whether one HTTP request may pass.
 * @param request.method as on the wire, case-sensitive
 * @param request.path request target in origin form, query included (it has no say)
 */
function requestVerdict(policy, request) {
    const { method, path: target } = request;
    // A tunnel would make every later byte invisible, so there is no rule for it, and audit mode makes no exception.
    if (method === 'CONNECT')
        return { verdict: 'blocked', reason: 'method-not-allowed', rule: reasons/* NO_RULE */.L, target };
    const rules = (0,decide/* grantingRules */.sY)(policy, request.name, request.port);
    const first = rules[0];
    if (first === undefined)
        return { ...(0,decide/* deny */.Xg)(policy, 'no-rule'), target };
    const open = (0,decide/* withoutBudget */._j)(rules.filter((rule) => rule.http.length === 0));
    if (open !== undefined && open.budget === undefined)
        return { ...(0,decide/* allow */.cw)(open), target };
    const path = normalizePath(target);
    const granting = open === undefined ? [] : [open];
    let nearest;
    for (const rule of rules) {
        for (const http of rule.http) {
            const pathFits = allowsPath(http, path);
            if (pathFits && allowsMethod(http, method))
                granting.push(rule);
            else if (pathFits)
                nearest ??= rule.text;
        }
    }
    const chosen = (0,decide/* withoutBudget */._j)(granting);
    if (chosen !== undefined)
        return { ...(0,decide/* allow */.cw)(chosen), target: chosen.http.length > 0 && path.ok ? path.target : target };
    if (nearest !== undefined)
        return { ...(0,decide/* deny */.Xg)(policy, 'method-not-allowed', nearest), target };
    if (!path.ok)
        return { ...(0,decide/* deny */.Xg)(policy, 'ambiguous-path', first.text), target, problem: path.problem };
    return { ...(0,decide/* deny */.Xg)(policy, 'path-not-allowed', first.text), target };
}
function allowsMethod(http, method) {
    if (http.methods.length === 0 || http.methods.includes(method))
        return true;
    return method === 'HEAD' && http.methods.includes('GET');
}
/** A rule without paths does not care how the path reads. */
function allowsPath(http, path) {
    return (http.paths.length === 0 || (path.ok && http.paths.some((prefix) => isUnderPrefix(path.path, prefix))));
}

// EXTERNAL MODULE: ./lib/egress/host-name.js + 1 modules
var host_name = __webpack_require__(9040);
// EXTERNAL MODULE: ./lib/gateway/http/headers.js
var headers = __webpack_require__(1617);
// EXTERNAL MODULE: ./lib/gateway/http/other-readings.js
var other_readings = __webpack_require__(1579);
;// CONCATENATED MODULE: ./lib/gateway/http/request-check.js






/**
 * Judges one request on a connection to `destination`. Host, and the target when it is a whole URL, have to name
 * the host that was looked up; then the rules have their say. Audit mode sends a request with another Host on to the
 * host that was looked up; what cannot be read in one way only is refused there too.
 */
function checkRequest(request, destination, policy) {
    const { method = '', url = '' } = request;
    const hosts = (0,headers/* headerValues */.UE)(request.rawHeaders, 'host');
    // HTTP/2 names the host in a pseudo-header, and may do so in Host too.
    const authorities = (0,headers/* headerValues */.UE)(request.rawHeaders, ':authority');
    const named = [...authorities, ...hosts];
    const refuse = (reason) => ({
        decision: { verdict: 'blocked', reason, rule: reasons/* NO_RULE */.L },
        target: url,
        host: named[0],
    });
    if (method === 'CONNECT')
        return refuse('method-not-allowed');
    if (named.length === 0 || hosts.length > 1)
        return refuse('host-missing');
    const target = originForm(url, method);
    if (target === undefined)
        return refuse('http-malformed');
    const all = [...named, ...(target.authority === undefined ? [] : [target.authority])];
    const mismatch = all.every((authority) => isDestination(authority, destination))
        ? undefined
        : (0,decide/* deny */.Xg)(policy, 'host-mismatch');
    if (mismatch?.verdict === 'blocked')
        return refuse('host-mismatch');
    if (isForeignUpgrade(request.headers))
        return refuse('protocol-not-allowed');
    const reading = { method, path: target.path };
    const own = requestVerdict(policy, { ...destination, ...reading });
    const others = (0,other_readings/* otherReadings */.A)(request.rawHeaders, reading);
    if (others === undefined)
        return refuse('http-malformed');
    const verdicts = [own, ...others.map((other) => requestVerdict(policy, { ...destination, ...other }))];
    const refused = verdicts.find((each) => each.verdict === 'blocked') ?? mismatch;
    const { verdict, reason, rule } = refused ?? verdicts.find((each) => each.verdict !== 'allowed') ?? own;
    return { decision: { verdict, reason, rule }, target: own.target, host: named[0] };
}
/** Whether the request wants to go on as a WebSocket. */
function isWebSocket(headers) {
    return headers.upgrade?.trim().toLowerCase() === 'websocket';
}
/** Any other protocol, HTTP/2 above all, would pass unread behind the first request. */
function isForeignUpgrade(headers) {
    return headers.upgrade !== undefined && !isWebSocket(headers);
}
/** `host`, or `host:port` with the port of the connection. */
function isDestination(authority, { name, port }) {
    const [, host = '', written] = /^([^:]*)(?::(\d{1,5}))?$/.exec(authority) ?? [];
    return (0,host_name/* normalizeName */.Pc)(host) === name && (written === undefined || Number(written) === port);
}
/** The target as path and query; a whole URL is taken apart. `*` is for OPTIONS alone. */
function originForm(url, method) {
    if (url.startsWith('/') || (url === '*' && method === 'OPTIONS'))
        return { path: url };
    const [, authority, path = ''] = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(url) ?? [];
    if (authority === undefined)
        return undefined;
    return { path: path.startsWith('/') ? path : `/${path}`, authority };
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


/***/ })

};
