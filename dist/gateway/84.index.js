export const id = 84;
export const ids = [84];
export const modules = {

/***/ 5084:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createAuthority: () => (/* binding */ createAuthority)
/* harmony export */ });
/* harmony import */ var reflect_metadata__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(477);
/* harmony import */ var _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8927);
// The certificate library finds its own classes through this, so it has to come first.


const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
/** Longer than any run; clocks of containers may be behind. */
const LIFETIME_MS = 7 * DAY_MS;
async function createAuthority(now) {
    _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .cryptoProvider */ .Ve.set(globalThis.crypto);
    const validity = {
        notBefore: new Date(now.getTime() - DAY_MS),
        notAfter: new Date(now.getTime() + LIFETIME_MS),
    };
    const keys = await generateKeys(false);
    const root = await _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .X509CertificateGenerator */ .Jy.createSelfSigned({
        ...validity,
        serialNumber: serialNumber(),
        name: 'CN=cagent run CA',
        keys,
        signingAlgorithm: ALGORITHM,
        extensions: [
            new _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .BasicConstraintsExtension */ .WA(true, 0, true),
            new _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .KeyUsagesExtension */ .hy(_peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .KeyUsageFlags */ .Ob.keyCertSign | _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .KeyUsageFlags */ .Ob.cRLSign, true),
            await _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .SubjectKeyIdentifierExtension */ .QE.create(keys.publicKey),
        ],
    });
    // All names share one key: it protects the way from the agent to this process, which is one and the same.
    const serverKeys = await generateKeys(true);
    const key = _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .PemConverter */ .v6.encode(await crypto.subtle.exportKey('pkcs8', serverKeys.privateKey), 'PRIVATE KEY');
    const leaves = new Map();
    async function makeLeaf(name) {
        const leaf = await _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .X509CertificateGenerator */ .Jy.create({
            ...validity,
            serialNumber: serialNumber(),
            subject: 'CN=cagent gateway',
            issuer: root.subject,
            publicKey: serverKeys.publicKey,
            signingKey: keys.privateKey,
            signingAlgorithm: ALGORITHM,
            extensions: [
                new _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .BasicConstraintsExtension */ .WA(false, undefined, true),
                new _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .KeyUsagesExtension */ .hy(_peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .KeyUsageFlags */ .Ob.digitalSignature, true),
                new _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .ExtendedKeyUsageExtension */ .j6([_peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .ExtendedKeyUsage */ .CD.serverAuth]),
                new _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .SubjectAlternativeNameExtension */ .Wx([{ type: 'dns', value: name }]),
                await _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .AuthorityKeyIdentifierExtension */ .Z$.create(keys.publicKey),
                await _peculiar_x509__WEBPACK_IMPORTED_MODULE_1__/* .SubjectKeyIdentifierExtension */ .QE.create(serverKeys.publicKey),
            ],
        });
        return { key, cert: leaf.toString('pem') };
    }
    return {
        certificate: root.toString('pem'),
        leafFor: (name) => {
            const leaf = leaves.get(name) ?? makeLeaf(name);
            leaves.set(name, leaf);
            return leaf;
        },
    };
}
async function generateKeys(extractable) {
    return crypto.subtle.generateKey(ALGORITHM, extractable, ['sign', 'verify']);
}
/** 16 random bytes; a positive number, so the first bit is clear. */
function serialNumber() {
    const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(16)));
    bytes[0] = bytes[0] & 0x7f;
    return bytes.toString('hex');
}


/***/ })

};
