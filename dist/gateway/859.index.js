export const id = 859;
export const ids = [859];
export const modules = {

/***/ 5859:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createInspector: () => (/* binding */ createInspector)
});

// EXTERNAL MODULE: external "node:http2"
var external_node_http2_ = __webpack_require__(2467);
// EXTERNAL MODULE: ./lib/gateway/http/http-connection.js + 6 modules
var http_connection = __webpack_require__(6500);
// EXTERNAL MODULE: ./lib/gateway/http/upstream-agent.js
var upstream_agent = __webpack_require__(5942);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
// EXTERNAL MODULE: ./lib/egress/host-name.js + 1 modules
var host_name = __webpack_require__(9040);
;// CONCATENATED MODULE: ./lib/gateway/inspect/tls-endpoint.js


const HANDSHAKE_MS = 10_000;
function createTlsEndpoint(authority) {
    const contexts = new Map();
    /** Connections in their handshake. Node hands the finished one over without saying which it was. */
    const waiting = new Map();
    function contextOf(name) {
        const known = contexts.get(name) ?? authority.leafFor(name).then((leaf) => (0,external_node_tls_.createSecureContext)(leaf));
        contexts.set(name, known);
        return known;
    }
    const server = (0,external_node_tls_.createServer)({
        ALPNProtocols: ['h2', 'http/1.1'],
        handshakeTimeout: HANDSHAKE_MS,
        SNICallback: (name, done) => {
            // The name in the hello has been compared with the one that was looked up before.
            contextOf((0,host_name/* normalizeName */.Pc)(name) ?? name).then((context) => done(null, context), done);
        },
    });
    server.on('secureConnection', (tls) => waiting.get(keyOf(tls))?.(tls));
    server.on('tlsClientError', (_error, tls) => tls.destroy());
    function accept(client) {
        const key = keyOf(client);
        return new Promise((resolve) => {
            const finish = (tls) => {
                waiting.delete(key);
                client.off('close', closed);
                tls?.on('error', () => { });
                resolve(tls);
            };
            const closed = () => finish();
            waiting.set(key, finish);
            client.once('close', closed);
            server.emit('connection', client);
        });
    }
    return { accept };
}
/** A connection by its two ends. */
function keyOf({ localAddress, localPort, remotePort }) {
    return `${localAddress}:${localPort}:${remotePort}`;
}

;// CONCATENATED MODULE: ./lib/gateway/inspect/inspector.js




const MOST_STREAMS = 100;
/** Upstream connections for the streams of one HTTP/2 connection: the way on is HTTP/1.1, one request at a time. */
const MOST_UPSTREAM = 8;
function createInspector({ authority, http, tlsDial }, context) {
    const endpoint = createTlsEndpoint(authority);
    async function serve(attempt, decision, received) {
        const { client, destination, began } = attempt;
        client.unshift(received);
        const tls = await endpoint.accept(client);
        if (tls === undefined) {
            const { verdict, rule } = decision;
            const where = { host: destination.name, port: destination.port };
            context.log.add({ verdict, reason: 'client-handshake', rule, protocol: 'tls', ...where, began });
        }
        else if (tls.alpnProtocol === 'h2')
            await serveHttp2(attempt, decision, tls);
        else
            await http.serveInside(tls, attempt, tlsDial);
    }
    async function serveHttp2(attempt, decision, tls) {
        const target = { ...attempt.destination, private: decision.private };
        const agent = (0,upstream_agent/* createUpstreamAgent */.N)(tlsDial, target, MOST_UPSTREAM);
        const session = (0,external_node_http2_.performServerHandshake)(tls, { settings: { maxConcurrentStreams: MOST_STREAMS } });
        session.on('error', () => { });
        session.on('stream', (stream, headers, _flags, rawHeaders) => {
            stream.on('error', () => { });
            const request = new external_node_http2_.Http2ServerRequest(stream, headers, {}, rawHeaders);
            (0,http_connection/* handleRequest */.y)({ attempt, agent, context }, request, new external_node_http2_.Http2ServerResponse(stream));
        });
        await new Promise((resolve) => {
            session.once('close', resolve);
        });
        agent.destroy();
        tls.destroy();
    }
    return { serve };
}


/***/ })

};
