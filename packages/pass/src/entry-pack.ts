/**
 * Opening and updating policy packs and revocation lists (`@dure/pass/pack`): needed when a pack arrives, not when a guest
 * does, so a door device may load it after its first screen.
 */
export { anchorOf, openPack, type Pack, type PackAnchor, updatePack } from './pack.ts'
export { type PackContent, readPackContent } from './pack-content.ts'
export type { RootSet } from './pack-manifest.ts'
export { addWholeList, type MissingList, type Revocations, updateRevocations } from './revocation.ts'
