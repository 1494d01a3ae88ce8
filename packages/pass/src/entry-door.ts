/**
 * The verifier core (`@dure/pass/door`): from a scanned text to an answer, with no issuing, no QR reader and no rule sets,
 * which come in the policy pack. `npm run bench -- pass` holds it to 25 kB gzip. In chunks of their own, loaded when
 * needed: the pure cryptography (no WebCrypto), SMART Health Cards, and opening a pack (`@dure/pass/pack`).
 */
export { compileLogic, evaluateLogic } from './certlogic.ts'
export { createCrypto } from './crypto-default.ts'
export { checkAtDoor, type DoorAnswer, type DoorNote, type DoorQuestion, type Venue } from './door.ts'
export { verifyHc1 } from './hc1.ts'
export { type Freshness, freshnessOf } from './pack.ts'
export type { PackContent } from './pack-content.ts'
export { readProof, verifyProof } from './proof.ts'
export { type Refusal, refusalText } from './refusals.ts'
export { NO_REVOCATIONS, type Revocations } from './revocation.ts'
export { evaluateRules } from './rules.ts'
export { RULE_EXTENSIONS } from './rules-extensions.ts'
export { createReplayMemory, type ReplayMemory } from './strip-replay.ts'
export { createTrust } from './trust.ts'
