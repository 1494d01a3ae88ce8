import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hiddenName, seal, unseal, vaultOf } from './vault.ts'

const secret = (filled: number) => Buffer.alloc(32, filled).toString('base64url')

test('what was sealed opens with a vault of the same secret, as after signing in again', async () => {
  const sealed = await seal(await vaultOf(secret(1)), 'a', { complaint: '흉통' })
  assert.deepEqual(await unseal(await vaultOf(secret(1)), 'a', sealed), { complaint: '흉통' })
})

test('no other secret, no other place and no changed byte opens it', async () => {
  const vault = await vaultOf(secret(1))
  const sealed = await seal(vault, 'a', '흉통')
  assert.equal(await unseal(await vaultOf(secret(2)), 'a', sealed), undefined)
  assert.equal(await unseal(vault, 'b', sealed), undefined)
  const text = new Uint8Array(sealed.text.slice(0))
  text[0] = (text[0] ?? 0) ^ 1
  assert.equal(await unseal(vault, 'a', { ...sealed, text: text.buffer }), undefined)
})

test('neither the text nor its name can be read from what lies on the disk', async () => {
  const vault = await vaultOf(secret(1))
  const { text } = await seal(vault, 'a', { name: 'hong gildong' })
  assert.ok(!Buffer.from(text).includes('gildong'))
  const name = await hiddenName(vault, 'draft/hong gildong')
  assert.match(name, /^[\w-]{43}$/)
  assert.equal(await hiddenName(vault, 'draft/hong gildong'), name)
  assert.notEqual(await hiddenName(await vaultOf(secret(2)), 'draft/hong gildong'), name)
})

test('the same text is sealed differently every time', async () => {
  const vault = await vaultOf(secret(1))
  const [one, two] = [await seal(vault, 'a', 'x'), await seal(vault, 'a', 'x')]
  assert.notDeepEqual(Buffer.from(one.text), Buffer.from(two.text))
})

test('the keys cannot be read out by a script', async () => {
  const { data, names } = await vaultOf(secret(1))
  await assert.rejects(crypto.subtle.exportKey('raw', data))
  await assert.rejects(crypto.subtle.exportKey('raw', names))
})
