export const id = 951;
export const ids = [951];
export const modules = {

/***/ 4951:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createTlsDial: () => (/* binding */ createTlsDial)
/* harmony export */ });
/* harmony import */ var node_tls__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1692);

const HANDSHAKE_MS = 30_000;
/** Dials like `dial` and adds TLS: the certificate has to be valid for the name that was looked up. */
function createTlsDial(dial, extraRoots) {
    // Made once: reading a hundred and fifty roots for each connection would cost more than the connection.
    const secureContext = (0,node_tls__WEBPACK_IMPORTED_MODULE_0__.createSecureContext)(extraRoots === undefined ? {} : { ca: [...node_tls__WEBPACK_IMPORTED_MODULE_0__.rootCertificates, extraRoots] });
    return async (request, protocols = ['http/1.1']) => {
        const dialled = await dial(request);
        if (!dialled.ok)
            return dialled;
        const tls = (0,node_tls__WEBPACK_IMPORTED_MODULE_0__.connect)({
            socket: dialled.socket,
            servername: request.name,
            ALPNProtocols: [...protocols],
            secureContext,
        });
        return handshake(tls, dialled.socket, dialled.address);
    };
}
function handshake(tls, socket, address) {
    return new Promise((resolve) => {
        const fail = (reason) => {
            clearTimeout(timer);
            tls.destroy();
            socket.destroy();
            resolve({ ok: false, reason, address });
        };
        const timer = setTimeout(() => fail('timeout'), HANDSHAKE_MS);
        const failed = (error) => fail(tls.authorizationError ? 'upstream-certificate' : reasonOf(error));
        const closed = () => fail('upstream-failed');
        tls.once('error', failed);
        tls.once('close', closed);
        tls.once('secureConnect', () => {
            clearTimeout(timer);
            tls.off('close', closed);
            tls.off('error', failed);
            resolve({ ok: true, socket: tls, address });
        });
    });
}
/** A name that is not in the certificate is found after OpenSSL has verified the chain. */
function reasonOf(error) {
    return error.code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? 'upstream-certificate' : 'upstream-failed';
}


/***/ })

};
