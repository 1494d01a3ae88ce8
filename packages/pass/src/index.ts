/** The pass library. Everything public is exported here; `../node` holds what needs Node. */

// Certificates: HC1 and SMART Health Cards.
export { decodeBase45, encodeBase45 } from './base45.ts'
// Bytes, CBOR, keys and signatures.
export * from './bytes.ts'
export { type CborKey, type CborLimits, type CborMap, CborSimple, CborTag, type CborValue, decodeCbor } from './cbor.ts'
export { type CborEncodeOptions, type CborInput, CborRaw, encodeCbor } from './cbor-encode.ts'
export { createSign1, decodeSign1, type Sign1, type Sign1Input, sigStructure, verifySign1 } from './cose.ts'
export * from './crypto.ts'
export { createCrypto } from './crypto-default.ts'
export { createPureCrypto } from './crypto-pure.ts'
export { createWebCrypto } from './crypto-webcrypto.ts'
export { CLAIM, type Cwt, readCwt } from './cwt.ts'
export { checkDcc, type DccEntry, type DccKind } from './dcc-schema.ts'
export * from './hc1.ts'
export { inflateRaw, inflateZlib } from './inflate.ts'
export type { Json, JsonObject } from './json.ts'
export { createJws, decodeJws, type Jws } from './jws.ts'
export * from './keyring.ts'
// Results and refusals.
export * from './refusals.ts'
export * from './result.ts'
export * from './shc.ts'
export * from './shc-export.ts'
export { joinShcCodes, toShcCodes } from './shc-qr.ts'
export { type Certificate, readCertificate } from './x509.ts'
// Strips, proofs, trust, packs, revocation, QR.
// Rules.
