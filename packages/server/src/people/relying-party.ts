import { createHash } from 'node:crypto'

/** Who passkeys are made for. */
export interface RelyingParty {
  /** The host name; a passkey made for another is of no use here, and the browser does not even offer it. */
  readonly id: string
  /** Origins a browser may say it stands on. */
  readonly origins: readonly string[]
}

/**
 * The relying party of a cell: its configured public address. Without one, this very machine and nothing else: right for a demo.
 * Browsers know only the name `localhost`; its port is whatever the developer chose.
 * @param clientDataJson base64url, as the browser sent it
 */
export const relyingParty = (publicUrl: string | undefined, clientDataJson?: string): RelyingParty => {
  if (publicUrl !== undefined) return { id: new URL(publicUrl).hostname, origins: [publicUrl] }
  const claimed = clientDataJson === undefined ? undefined : originIn(clientDataJson)
  const local = claimed !== undefined && /^http:\/\/localhost(:[0-9]{1,5})?$/.test(claimed)
  return { id: 'localhost', origins: [local ? claimed : 'http://localhost'] }
}

const originIn = (clientDataJson: string): string | undefined => {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'))
    if (typeof data !== 'object' || data === null || !('origin' in data)) return undefined
    return typeof data.origin === 'string' ? data.origin : undefined
  } catch {
    return undefined
  }
}

/** What an authenticator keeps to know the person again: says nothing to whoever reads it, and is not the id in our tables. */
export const userHandle = (personId: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(`dure-user-handle\n${personId}`).digest())
