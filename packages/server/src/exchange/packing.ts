import type { Transform } from 'node:stream'
import { createGunzip, createGzip, createZstdCompress, createZstdDecompress, constants as zlib } from 'node:zlib'

/**
 * How answers are compressed. Zstandard (RFC 8878) takes a quarter of the time of gzip for the same lines; gzip is for readers of
 * before, and for curl.
 */
export type Packing = 'zstd' | 'gzip'

/** What a reader of this version says it takes. */
export const ACCEPTED = 'zstd, gzip'

/** What is handed on at a time: the usual 16 KiB would mean a wake for every forty records. */
const CHUNK_BYTES = 64 * 1024
/** The largest window a peer may ask us to keep: 4 MiB, eight times what a packer of ours takes. */
const WINDOW_LOG = 22

/** @param accepts value of the `accept-encoding` header */
export const packingFor = (accepts: string): Packing | undefined =>
  /\bzstd\b/.test(accepts) ? 'zstd' : /\bgzip\b/.test(accepts) ? 'gzip' : undefined

export const packer = (packing: Packing): Transform =>
  packing === 'zstd'
    ? createZstdCompress({ chunkSize: CHUNK_BYTES, params: { [zlib.ZSTD_c_compressionLevel]: 1 } })
    : createGzip({ level: zlib.Z_BEST_SPEED, chunkSize: CHUNK_BYTES })

/** `undefined` for what goes as it is. @param encoding value of the `content-encoding` header */
export const unpacker = (encoding: string | undefined): Transform | undefined => {
  if (encoding === 'zstd')
    return createZstdDecompress({ chunkSize: CHUNK_BYTES, params: { [zlib.ZSTD_d_windowLogMax]: WINDOW_LOG } })
  return encoding === 'gzip' ? createGunzip({ chunkSize: CHUNK_BYTES }) : undefined
}
