/** The pass library. Everything public is exported here; `../node` holds what needs Node. */

// Certificates: HC1 and SMART Health Cards.
export { decodeBase45, encodeBase45 } from './base45.ts'
// Bytes, CBOR, keys and signatures.
export * from './bytes.ts'
export { type CborKey, type CborLimits, type CborMap, CborSimple, CborTag, type CborValue, decodeCbor } from './cbor.ts'
export { type CborEncodeOptions, type CborInput, CborRaw, encodeCbor } from './cbor-encode.ts'
// Rules.
export {
  type CertLogicCode,
  type CertLogicError,
  type CompiledLogic,
  compileLogic,
  type Extension,
  type Extensions,
  evaluateLogic,
} from './certlogic.ts'
export { accessedPaths, affectedFields, dataAccesses, type LogicIssue, validateLogic } from './certlogic-validate.ts'
export { CERTLOGIC_VERSION } from './certlogic-values.ts'
export { createSign1, decodeSign1, type Sign1, type Sign1Input, sigStructure, verifySign1 } from './cose.ts'
export * from './crypto.ts'
export { createCrypto } from './crypto-default.ts'
export { createPureCrypto } from './crypto-pure.ts'
export { createWebCrypto } from './crypto-webcrypto.ts'
export { CLAIM, type Cwt, readCwt } from './cwt.ts'
export { checkDcc, type DccEntry, type DccKind } from './dcc-schema.ts'
// Strips, proofs, trust, packs, revocation, the door. (QR codes: `@dure/pass/qr`.)
export * from './door.ts'
export { type Presented, presentedHc1, presentedStrip, type Shown } from './door-credentials.ts'
export { presentedShc } from './door-shc.ts'
export * from './hc1.ts'
export { inflateRaw, inflateZlib } from './inflate.ts'
export type { Json, JsonObject } from './json.ts'
export { createJws, decodeJws, type Jws } from './jws.ts'
export * from './keyring.ts'
export * from './masked-name.ts'
export * from './pack.ts'
export * from './pack-content.ts'
export type { Manifest, RootKey, RootSet, RootSigner } from './pack-manifest.ts'
export * from './proof.ts'
// Results and refusals.
export * from './refusals.ts'
export * from './result.ts'
export * from './revocation.ts'
export * from './revocation-bits.ts'
export * from './revocation-rids.ts'
export * from './revocation-suffixes.ts'
export * from './rules.ts'
export { checkRuleSet } from './rules-check.ts'
export { type CompiledRuleSet, compileRuleSet, parseRuleSet } from './rules-compile.ts'
export { type Credential, credentialOfStrip, credentialsOfDcc, MAX_CREDENTIALS } from './rules-credentials.ts'
export * from './rules-model.ts'
export * from './rules-reasons.ts'
export { endOfSeoulDay, seoulDate, seoulDateToInstant, startOfSeoulDay, toSeoulIso } from './seoul-time.ts'
export * from './shc.ts'
export * from './shc-export.ts'
export { joinShcCodes, toShcCodes } from './shc-qr.ts'
export * from './strip.ts'
export * from './strip-plan.ts'
export * from './strip-replay.ts'
export * from './trust.ts'
export * from './value-sets.ts'
export { type Certificate, readCertificate } from './x509.ts'
