/**
 * Push services of the browsers in use; a name that begins with a dot stands for all below it. Whoever subscribes names the
 * address we will write to, so only these are written to.
 * @see docs/sources/channels.md#push-services
 */
export const PUSH_HOSTS: readonly string[] = [
  'fcm.googleapis.com',
  'jmt17.google.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
  '.push.apple.com',
  '.notify.windows.com',
]

/** Is this an address of a push service? With a port in the list (a test's), plain http is taken too. */
export const isPushAddress = (raw: string, hosts: readonly string[]): boolean => {
  const url = URL.parse(raw)
  if (url === null || url.username !== '' || url.password !== '') return false
  const known = hosts.length > 0 ? hosts : PUSH_HOSTS
  if (known.some((host) => host.includes(':') && host === url.host)) return true
  if (url.protocol !== 'https:' || url.port !== '') return false
  return known.some((host) => (host.startsWith('.') ? url.hostname.endsWith(host) : url.hostname === host))
}
