/**
 * Sealing of what a person keeps on a device. Everything comes from one secret that the cell hands to a session; no key here can
 * be read out by a script. WebCrypto only: the same in every browser, and in tests.
 */
export interface Vault {
  readonly data: CryptoKey
  readonly names: CryptoKey
}

export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly text: ArrayBuffer
}

const IV_BYTES = 12
const encode = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text))

/** @param secret 32 bytes as base64url */
export const vaultOf = async (secret: string): Promise<Vault> => {
  const whole = await crypto.subtle.importKey('raw', bytesOf(secret), 'HKDF', false, ['deriveKey'])
  const from = (info: string) => ({
    name: 'HKDF',
    hash: 'SHA-256',
    salt: encode('dure-device-store-v1'),
    info: encode(info),
  })
  const [data, names] = await Promise.all([
    crypto.subtle.deriveKey(from('data'), whole, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
    crypto.subtle.deriveKey(from('names'), whole, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']),
  ])
  return { data, names }
}

/** What a thing is called on the disk: the same for the same name, and it tells nothing. A name may be what somebody searched for. */
export const hiddenName = async ({ names }: Vault, name: string): Promise<string> =>
  base64url(await crypto.subtle.sign('HMAC', names, encode(name)))

/** @param place where it will lie: sealed text that was moved elsewhere does not open */
export const seal = (vault: Vault, place: string, value: unknown): Promise<Sealed> =>
  sealBytes(vault, place, encode(JSON.stringify(value)))

export const sealBytes = async ({ data }: Vault, place: string, bytes: Uint8Array<ArrayBuffer>): Promise<Sealed> => {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const how = { name: 'AES-GCM', iv, additionalData: encode(place) }
  return { iv, text: await crypto.subtle.encrypt(how, data, bytes) }
}

/** undefined: sealed with another key, for another place, or changed. */
export const unseal = async (vault: Vault, place: string, sealed: Sealed): Promise<unknown> => {
  const plain = await unsealBytes(vault, place, sealed)
  return plain === undefined ? undefined : JSON.parse(new TextDecoder().decode(plain))
}

export const unsealBytes = async (
  { data }: Vault,
  place: string,
  { iv, text }: Sealed,
): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const how = { name: 'AES-GCM', iv, additionalData: encode(place) }
  const plain = await crypto.subtle.decrypt(how, data, text).catch(() => undefined)
  return plain === undefined ? undefined : new Uint8Array(plain)
}

const base64url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
