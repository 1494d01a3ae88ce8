/**
 * The verifier core: what a door device needs and nothing else (`@dure/pass/door`). No issuing, no QR reader, no rule
 * sets: those come in the policy pack. Measured by `npm run bench -- pass`: at most 25 kB gzip.
 */
export { createCrypto } from './crypto-default.ts'
export { checkAtDoor, type DoorAnswer, type DoorNote, type DoorQuestion, type Venue } from './door.ts'
export { anchorOf, type Freshness, freshnessOf, openPack, type Pack, type PackAnchor, updatePack } from './pack.ts'
export { type PackContent, readPackContent } from './pack-content.ts'
export type { RootSet } from './pack-manifest.ts'
export type { Refusal } from './refusals.ts'
export { addWholeList, type MissingList, NO_REVOCATIONS, type Revocations, updateRevocations } from './revocation.ts'
export { createReplayMemory, type ReplayMemory } from './strip-replay.ts'
