export const id = 183;
export const ids = [183];
export const modules = {

/***/ 8183:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createInspector: () => (/* binding */ createInspector)
});

// EXTERNAL MODULE: external "node:http2"
var external_node_http2_ = __webpack_require__(2467);
// EXTERNAL MODULE: ./lib/gateway/http/http-connection.js + 5 modules
var http_connection = __webpack_require__(3725);
// EXTERNAL MODULE: ./lib/gateway/http/upstream-agent.js
var upstream_agent = __webpack_require__(5942);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
// EXTERNAL MODULE: ./lib/egress/host-name.js + 1 modules
var host_name = __webpack_require__(9040);
;// CONCATENATED MODULE: ./lib/gateway/inspect/tls-endpoint.js


/** Generous: with a thousand handshakes at once it is the gateway that is slow, not the client. */
const HANDSHAKE_MS = 30_000;
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
    async function accept(client) {
        if (client.destroyed)
            return undefined;
        const key = keyOf(client);
        const { allowHalfOpen } = client;
        // A client that hangs up in its handshake would be noticed only at the deadline.
        client.allowHalfOpen = false;
        return new Promise((resolve) => {
            const finish = (tls) => {
                waiting.delete(key);
                client.off('close', closed);
                tls?.on('error', () => { });
                if (tls !== undefined)
                    tls.allowHalfOpen = allowHalfOpen;
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

;// CONCATENATED MODULE: ./lib/gateway/inspect/upstream-session.js

function createUpstreamSession(tlsDial, target) {
    let opened;
    let spare;
    async function begin() {
        const dialled = await tlsDial(target, ['h2', 'http/1.1']);
        if (!dialled.ok) {
            opened = undefined;
            return { kind: 'failed', ...dialled };
        }
        const { socket, address } = dialled;
        if (socket.alpnProtocol !== 'h2') {
            spare = dialled;
            return { kind: 'http/1.1' };
        }
        const session = (0,external_node_http2_.connect)(`https://${target.name}:${target.port}`, {
            createConnection: () => socket,
            settings: { enablePush: false },
        });
        const forget = () => {
            opened = undefined;
        };
        session.on('error', () => { });
        session.once('close', forget).once('goaway', forget);
        return { kind: 'h2', session, address };
    }
    return {
        open: () => (opened ??= begin()),
        dial: async (request) => {
            const first = spare;
            spare = undefined;
            return first ?? tlsDial(request);
        },
        close: () => {
            if (spare?.ok)
                spare.socket.destroy();
            opened?.then((one) => one.kind === 'h2' && one.session.destroy());
        },
    };
}

;// CONCATENATED MODULE: ./lib/gateway/inspect/inspector.js





const MOST_STREAMS = 100;
/** Upstream connections for the streams of one HTTP/2 connection where the way on is HTTP/1.1. */
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
        const upstream = createUpstreamSession(tlsDial, target);
        const agent = (0,upstream_agent/* createUpstreamAgent */.N)(upstream.dial, target, MOST_UPSTREAM);
        const session = (0,external_node_http2_.performServerHandshake)(tls, { settings: { maxConcurrentStreams: MOST_STREAMS } });
        session.on('error', () => { });
        session.on('stream', (stream, headers, _flags, rawHeaders) => {
            stream.on('error', () => { });
            const request = new external_node_http2_.Http2ServerRequest(stream, headers, {}, rawHeaders);
            (0,http_connection/* handleRequest */.y)({ attempt, agent, upstream, context }, request, new external_node_http2_.Http2ServerResponse(stream));
        });
        await new Promise((resolve) => {
            session.once('close', resolve);
        });
        agent.destroy();
        upstream.close();
        tls.destroy();
    }
    return { serve };
}


/***/ })

};
