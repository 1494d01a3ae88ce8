import { type CryptoBackend, type KeyPair, makeProof, readStrip, stripInterval, unwrap } from '@dure/pass'
import { encodeQr, qrSvg } from '@dure/pass/qr'

/** A wallet: holds strips and the key of this device, and asks nobody when it shows a code. */
export type Wallet = { readonly device: KeyPair; readonly strips: readonly Uint8Array[] }

/** The private part stays in the key store: `extractable` is false. */
export const newDeviceKey = async (crypto: CryptoBackend): Promise<KeyPair> =>
  unwrap(await crypto.generateKey('P-256', false))

/** The strip of this hour; the last one if issuing has stopped. */
export const stripAt = (wallet: Wallet, at: number): Uint8Array | undefined =>
  wallet.strips.findLast((bytes) => {
    const strip = readStrip(bytes)
    return strip.ok && stripInterval(strip.value.claims).from <= at
  })

/** What to show: call it again every ten seconds, or once with the challenge read from the door. */
export const codeAt = async (
  crypto: CryptoBackend,
  wallet: Wallet,
  at: number,
  challenge?: Uint8Array,
): Promise<{ text: string; svg: string }> => {
  const strip = stripAt(wallet, at)
  if (strip === undefined) throw new Error('no strip yet: load them from the issuer')
  const text = unwrap(await makeProof(crypto, strip, wallet.device.privateKey, at, challenge))
  const code = encodeQr(text)
  if (code === undefined) throw new Error('a proof always fits a code')
  return { text, svg: qrSvg(code) }
}

/** Days left: renew in the background, at a random time, long before it is 0. */
export const daysLeft = (wallet: Wallet, at: number): number => {
  const last = wallet.strips.at(-1)
  const strip = last && readStrip(last)
  return strip?.ok ? Math.max(0, (stripInterval(strip.value.claims).until - at) / 86_400_000) : 0
}
