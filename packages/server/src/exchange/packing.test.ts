import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { constants, createZstdCompress } from 'node:zlib'
import { ACCEPTED, packer, packingFor, unpacker } from './packing.ts'

test('a reader of before gets gzip, one of today Zstandard, and one that takes neither gets the lines as they are', () => {
  assert.equal(packingFor(ACCEPTED), 'zstd')
  assert.equal(packingFor('gzip'), 'gzip')
  assert.equal(packingFor('gzip, deflate, br'), 'gzip')
  assert.equal(packingFor(''), undefined)
  assert.equal(packingFor('identity'), undefined)
  assert.equal(unpacker(undefined), undefined)
  assert.equal(unpacker('br'), undefined)
})

test('what was packed in pieces comes out whole', async () => {
  const pieces = Array.from({ length: 300 }, (_, index) => `{"seq":${index},"body":"${'가'.repeat(400)}"}\n`)
  for (const packing of ['zstd', 'gzip'] as const) {
    const packed = packer(packing)
    const unpacked = unpacker(packing)
    assert(unpacked)
    packed.pipe(unpacked)
    for (const piece of pieces) packed.write(piece)
    packed.end()
    assert.equal((await buffer(unpacked)).toString('utf8'), pieces.join(''))
  }
})

test('a peer may not make us keep a window of its choice', async () => {
  const wide = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } })
  const unpacked = unpacker('zstd')
  assert(unpacked)
  wide.pipe(unpacked)
  wide.write(Buffer.alloc(1024))
  wide.end(Buffer.alloc(1024))
  await assert.rejects(buffer(unpacked), { code: 'ZSTD_error_frameParameter_windowTooLarge' })
})
