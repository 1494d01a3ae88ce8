import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PeerCertificate } from 'node:tls'
import type { CellId } from './log-record.ts'

export interface TlsFiles {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export const TLS_FILES = { ca: 'ca.pem', cert: 'cell.pem', key: 'cell-key.pem' } as const

/** @throws naming the file that is missing */
export const readTlsFiles = async (folder: string): Promise<TlsFiles> => {
  const read = async (name: string) => {
    const file = join(folder, name)
    if (!existsSync(file)) throw new Error(`${file} is missing: dure cell cert makes the certificate of a cell`)
    return readFile(file, 'utf8')
  }
  return { ca: await read(TLS_FILES.ca), cert: await read(TLS_FILES.cert), key: await read(TLS_FILES.key) }
}

/** The name a cell's certificate is made out to. Not an address: cells may move. */
export const tlsNameOf = (cell: CellId): string => `cell-${cell}.dure.internal`

const NAME = /^DNS:cell-(\d{2})\.dure\.internal$/

/** The one cell a certificate is made out to; `undefined` for none or several. */
export const cellOfCertificate = ({ subjectaltname }: Pick<PeerCertificate, 'subjectaltname'>): CellId | undefined => {
  const names = (subjectaltname ?? '').split(', ')
  return names.length === 1 ? NAME.exec(names[0] ?? '')?.[1] : undefined
}
