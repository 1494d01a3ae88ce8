import type { CryptoBackend } from './crypto.ts'
import { createPureCrypto } from './crypto-pure.ts'
import { createWebCrypto } from './crypto-webcrypto.ts'

/** WebCrypto where the platform has it, else the pure backend. */
export const createCrypto = (): CryptoBackend =>
  globalThis.crypto?.subtle ? createWebCrypto(globalThis.crypto.subtle) : createPureCrypto()
