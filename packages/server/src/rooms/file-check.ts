import { err, ok, type Result } from '@dure/contract'

/**
 * What a file is, by its content. What can carry a script to a browser (HTML, SVG, XML) is refused whatever it is called, and what is
 * not on the list is refused too.
 * @see docs/sources/rooms.md#files
 */
export interface Checked {
  readonly mediaType: string
  /** May be shown in an `<img>`. */
  readonly image: boolean
  readonly width: number | null
  readonly height: number | null
}

const IMAGES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const
const DOCUMENTS: ReadonlySet<string> = new Set([
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  // 한글 .hwpx is a zip and .hwp a compound file, as are .doc and .xls.
  'application/hwp+zip',
  'application/x-cfb',
  'audio/mp4',
  'audio/mpeg',
  'video/mp4',
])

/** A picture larger than this in either direction is a bomb for whoever opens it. */
export const MAX_IMAGE_SIDE = 20_000

export const checkFile = async (bytes: Uint8Array): Promise<Result<Checked, string>> => {
  if (bytes.length === 0) return err('the file is empty')
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(bytes)
  if (found === undefined) return checkText(bytes)
  const mime = found.mime as string
  if ((IMAGES as readonly string[]).includes(mime)) return checkImage(mime, bytes)
  if (isHwpx(mime, bytes)) return ok(document('application/hwp+zip'))
  if (DOCUMENTS.has(mime)) return ok(document(mime))
  return err(`files of type ${mime} are not taken`)
}

const document = (mediaType: string): Checked => ({ mediaType, image: false, width: null, height: null })

/** A 한글 document is a zip whose first entry says so. */
const isHwpx = (mime: string, bytes: Uint8Array): boolean =>
  mime === 'application/zip' && latin(bytes.subarray(30, 80)).startsWith('mimetypeapplication/hwp+zip')

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

const checkImage = (mediaType: string, bytes: Uint8Array): Result<Checked, string> => {
  const size = sizeOf(mediaType, bytes)
  if (size === undefined) return err('the picture is damaged')
  const { width, height } = size
  if (width < 1 || height < 1 || width > MAX_IMAGE_SIDE || height > MAX_IMAGE_SIDE)
    return err(`the picture is ${width} × ${height} points`)
  return ok({ mediaType, image: true, width, height })
}

interface Size {
  readonly width: number
  readonly height: number
}

const sizeOf = (mediaType: string, bytes: Uint8Array): Size | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    switch (mediaType) {
      case 'image/png':
        return latin(bytes.subarray(12, 16)) === 'IHDR'
          ? { width: view.getUint32(16), height: view.getUint32(20) }
          : undefined
      case 'image/gif':
        return { width: view.getUint16(6, true), height: view.getUint16(8, true) }
      case 'image/webp':
        return sizeOfWebp(view, latin(bytes.subarray(12, 16)))
      default:
        return sizeOfJpeg(view)
    }
  } catch {
    return undefined
  }
}

const sizeOfWebp = (view: DataView, chunk: string): Size | undefined => {
  const u24 = (at: number) => view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16)
  if (chunk === 'VP8X') return { width: u24(24) + 1, height: u24(27) + 1 }
  if (chunk === 'VP8 ') return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  if (chunk !== 'VP8L') return undefined
  const bits = view.getUint32(21, true)
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 }
}

/** The first start-of-frame segment. */
const sizeOfJpeg = (view: DataView): Size | undefined => {
  for (let at = 2; at + 9 < view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}

/** Plain text (a table, a note): UTF-8 without control characters and without a beginning that a browser would take for markup. */
const checkText = (bytes: Uint8Array): Result<Checked, string> => {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return err('the content is of no known type')
  }
  if (CONTROL.test(text)) return err('the content is of no known type')
  if (MARKUP.test(text)) return err('markup and scripts are not taken')
  return ok(document('text/plain'))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are looked for
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/
const MARKUP = /^\s*(#!|<[?!]|<\/?[a-z])|<\s*(script|svg|html|iframe|object|embed|foreignobject)\b/i

/** A name for saving: no path, no control or direction-changing characters, never empty. */
export const safeName = (name: string): string => {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const plain = last
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/^\.+/, '')
    .trim()
  return plain === '' ? 'file' : plain.slice(0, 120)
}

/** `attachment; filename="…"; filename*=UTF-8''…` (RFC 6266): the plain part for old programs has ASCII only. */
export const dispositionOf = (kind: 'inline' | 'attachment', name: string): string => {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
