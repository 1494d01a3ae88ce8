import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkFile, dispositionOf, safeName } from './file-check.ts'

const text = (content: string) => new TextEncoder().encode(content)
const hex = (content: string) => Uint8Array.from(Buffer.from(content.replaceAll(' ', ''), 'hex'))
const PNG = hex('89504e470d0a1a0a 0000000d49484452 00000003 00000002 0802000000 12164df4 0000000049454e44ae426082')
const GIF = hex('474946383961 0500 0400 000000 3b')
const JPEG = hex(
  'ffd8 ffe0 0010 4a46494600010100000100010000 ffc0 0011 08 0007 0009 03 012200 021101 031101 ffd9 0000000000',
)

test('a picture is known by its content, with its size', async () => {
  const seen = await Promise.all([PNG, GIF, JPEG].map(checkFile))
  assert.deepEqual(
    seen.map((one) => one.ok && one.value),
    [
      { mediaType: 'image/png', image: true, width: 3, height: 2 },
      { mediaType: 'image/gif', image: true, width: 5, height: 4 },
      { mediaType: 'image/jpeg', image: true, width: 9, height: 7 },
    ],
  )
})

test('what can carry a script to a browser is refused, whatever it is called or hidden in', async () => {
  const hostile = [
    '<html><script>alert(1)</script>',
    '<!DOCTYPE html>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<?xml version="1.0"?><x/>',
    '  \n<script>alert(1)</script>',
    'note\n<iframe src="javascript:alert(1)">',
    '#!/bin/sh\nrm -rf /',
    '%!PS-Adobe',
    'MZ\u0000\u0001',
  ]
  for (const content of hostile) assert.equal((await checkFile(text(content))).ok, false, content)
  assert.equal(
    (await checkFile(hex('504b0304 14000000 0000 0000 0000 00000000 00000000 00000000 0100 0000 61'))).ok,
    false,
  )
  assert.equal((await checkFile(hex('7f454c46 02010100 00000000 00000000'))).ok, false)
  assert.equal((await checkFile(new Uint8Array())).ok, false)
})

test('a picture that says it is larger than any screen is refused', async () => {
  const bomb = PNG.slice()
  bomb.set([0x7f, 0xff, 0xff, 0xff], 16)
  assert.equal((await checkFile(bomb)).ok, false)
})

test('plain text and PDF are taken for downloading, never as pictures', async () => {
  const note = await checkFile(text('이름,나이\n가,1\n5 < 6 병상'))
  assert.deepEqual(note, { ok: true, value: { mediaType: 'text/plain', image: false, width: null, height: null } })
  const pdf = await checkFile(text('%PDF-1.7\n1 0 obj'))
  assert.ok(pdf.ok && pdf.value.mediaType === 'application/pdf' && !pdf.value.image)
})

test('no bytes make the check throw', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(PNG, GIF, JPEG),
      fc.uint8Array({ maxLength: 60 }),
      fc.nat({ max: 40 }),
      async (start, noise, cut) => {
        const bytes = new Uint8Array([...start.subarray(0, cut), ...noise])
        assert.equal(typeof (await checkFile(bytes)).ok, 'boolean')
      },
    ),
  )
})

test('a file name is a name: no path, no tricks with direction, and one header line', () => {
  assert.equal(safeName('../../etc/passwd'), 'passwd')
  assert.equal(safeName('C:\\temp\\사진.jpg'), '사진.jpg')
  assert.equal(safeName('photo\u202egpj.exe'), 'photogpj.exe')
  assert.equal(safeName('...'), 'file')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const name = safeName(raw.toWellFormed())
      assert.ok(name.length > 0 && name.length <= 120)
      assert.doesNotMatch(name, /[\r\n/\\\0]/)
      assert.match(
        dispositionOf('attachment', name.toWellFormed()),
        /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\x21-\x7e]*$/,
      )
    }),
  )
})
