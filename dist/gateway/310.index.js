export const id = 310;
export const ids = [310];
export const modules = {

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

/***/ 6310:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createHttpProxy: () => (/* binding */ createHttpProxy)
/* harmony export */ });
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7067);
/* harmony import */ var _egress_decide_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9631);
/* harmony import */ var _egress_reasons_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1630);
/* harmony import */ var _bare_response_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(3383);
/* harmony import */ var _http_connection_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(3725);
/* harmony import */ var _refusal_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(5271);
/* harmony import */ var _request_check_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(1421);
/* harmony import */ var _upstream_agent_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(5942);
/* harmony import */ var _waiting_requests_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(5763);









const LARGEST_HEAD = 64 * 1024;
/** A connection without any traffic. */
const IDLE_MS = 600_000;
function createHttpProxy(context) {
    const connections = new WeakMap();
    const waiting = (0,_waiting_requests_js__WEBPACK_IMPORTED_MODULE_8__/* .createWaitingRequests */ .a)();
    const server = (0,node_http__WEBPACK_IMPORTED_MODULE_0__.createServer)({
        maxHeaderSize: LARGEST_HEAD,
        // Requests without Host are judged and recorded here, like all others.
        requireHostHeader: false,
        keepAliveTimeout: IDLE_MS,
        highWaterMark: 65_536,
        shouldUpgradeCallback: (request) => (0,_request_check_js__WEBPACK_IMPORTED_MODULE_6__/* .isWebSocket */ .c)(request.headers),
    });
    server.timeout = IDLE_MS;
    function request(incoming, response) {
        const connection = connections.get(incoming.socket);
        if (connection === undefined)
            response.destroy();
        else if (waiting.admit(incoming, response))
            (0,_http_connection_js__WEBPACK_IMPORTED_MODULE_4__/* .handleRequest */ .y)(connection, incoming, response);
        else {
            incoming.socket.destroy();
            recordUnanswered(connection, incoming, 'too-many-connections');
        }
    }
    function takeOver(incoming, socket, handle) {
        const connection = connections.get(socket);
        const response = (0,_bare_response_js__WEBPACK_IMPORTED_MODULE_3__/* .bareResponse */ .w)(incoming, socket);
        if (connection !== undefined && response !== undefined)
            handle(connection, incoming, response);
        else {
            socket.destroy();
            if (connection !== undefined)
                recordUnanswered(connection, incoming, 'http-malformed');
        }
    }
    server.on('request', request);
    server.on('checkContinue', request);
    server.on('checkExpectation', request);
    server.on('connect', (incoming, socket) => takeOver(incoming, socket, _http_connection_js__WEBPACK_IMPORTED_MODULE_4__/* .handleRequest */ .y));
    server.on('upgrade', (incoming, socket, head) => takeOver(incoming, socket, (connection, upgrade, response) => (0,_http_connection_js__WEBPACK_IMPORTED_MODULE_4__/* .handleUpgrade */ .N)(connection, upgrade, response, head)));
    server.on('clientError', (error, socket) => {
        refuseMalformed(connections.get(socket), error, socket);
    });
    async function serveSocket(socket, attempt, dial, mayBePrivate, refusal) {
        const agent = (0,_upstream_agent_js__WEBPACK_IMPORTED_MODULE_7__/* .createUpstreamAgent */ .N)(dial, { ...attempt.destination, private: mayBePrivate }, 1);
        connections.set(socket, { attempt, agent, context, ...(refusal === undefined ? {} : { refusal }) });
        server.emit('connection', socket);
        socket.resume();
        await new Promise((resolve) => {
            if (socket.destroyed)
                resolve();
            else
                socket.once('close', () => resolve());
        });
        agent.destroy();
    }
    return {
        serve: (attempt, received) => {
            if (received.length > 0)
                attempt.client.unshift(received);
            const decision = (0,_egress_decide_js__WEBPACK_IMPORTED_MODULE_1__/* .connectionVerdict */ .c_)(context.policy, { ...attempt.destination, protocol: 'http' });
            return serveSocket(attempt.client, attempt, context.dial, decision.private);
        },
        refuse: (attempt, decision, received) => {
            attempt.client.unshift(received);
            return serveSocket(attempt.client, attempt, context.dial, false, decision);
        },
        serveInside: (tls, attempt, dial) => {
            const decision = (0,_egress_decide_js__WEBPACK_IMPORTED_MODULE_1__/* .connectionVerdict */ .c_)(context.policy, { ...attempt.destination, protocol: 'tls' });
            return serveSocket(tls, attempt, dial, decision.private);
        },
    };
}
/** What Node's parser refuses: ambiguous framing, forbidden bytes, heads that are too large, HTTP/2. */
function refuseMalformed(connection, error, socket) {
    if (connection === undefined || error.code === 'ECONNRESET' || !socket.writable) {
        socket.destroy();
        return;
    }
    const reason = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'http-malformed';
    const decision = { verdict: 'blocked', reason, rule: _egress_reasons_js__WEBPACK_IMPORTED_MODULE_2__/* .NO_RULE */ .L };
    const body = (0,_refusal_js__WEBPACK_IMPORTED_MODULE_5__/* .refusalBody */ .Hg)(decision);
    const head = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n';
    socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    const { name: host, port } = connection.attempt.destination;
    connection.context.log.add({
        ...decision,
        protocol: 'http',
        host,
        port,
        status: 400,
    });
}
/** No client has a reason to ask for a tunnel, an upgrade or a lot more while it still waits for earlier answers. */
function recordUnanswered({ attempt, context }, { method = '', url = '' }, reason) {
    const { name: host, port } = attempt.destination;
    const where = { host, port, method, path: url };
    context.log.add({ verdict: 'blocked', reason, rule: _egress_reasons_js__WEBPACK_IMPORTED_MODULE_2__/* .NO_RULE */ .L, protocol: 'http', ...where });
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
