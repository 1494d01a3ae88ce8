import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Pictures of the public certificates with what is said of them: `EXPECTEDPICTUREDECODE`. Eight files (IE 1–4, LV 1–3,
 * common B1) say that their picture reads and hold none: there `png` is absent.
 */
export type Picture = {
  readonly name: string
  readonly png?: Uint8Array
  readonly prefix: string
  readonly isReadable: boolean
}

const FOLDER = fileURLToPath(new URL('../../../../shared/vectors/dcc', import.meta.url))
/** 70 that read and one that does not, by the README of the vectors. */
const EXPECTED = 71

export const readPictures = (): { readonly pictures: readonly Picture[]; readonly missing: number } => {
  const files = existsSync(FOLDER) ? filesUnder(FOLDER).filter((file) => file.endsWith('.json')) : []
  const pictures = files.sort().flatMap((file) => readPicture(file))
  return { pictures, missing: Math.max(0, EXPECTED - pictures.length) }
}

const filesUnder = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = `${folder}/${name}`
    return statSync(path).isDirectory() ? filesUnder(path) : [path]
  })

const readPicture = (file: string): Picture[] => {
  const vector = JSON.parse(readFileSync(file, 'utf8'))
  const isReadable = vector.EXPECTEDRESULTS?.EXPECTEDPICTUREDECODE
  if (typeof isReadable !== 'boolean') return []
  const code: string | undefined = vector['2DCODE']
  const name = file.slice(FOLDER.length + 1)
  return [{ name, ...(code && { png: Buffer.from(code, 'base64') }), prefix: vector.PREFIX ?? '', isReadable }]
}
