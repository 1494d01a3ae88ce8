// reach.ts host port: does a cell speak there? TLS, as anything may take a connection. Exits with 0 when it does.
import { connect } from 'node:tls'

const LIMIT_MS = 2_500
const [host, port] = process.argv.slice(2)
// Nothing is trusted and nothing is said: that the other side answers the greeting is all that is asked.
const socket = connect({ host, port: Number(port), rejectUnauthorized: false, minVersion: 'TLSv1.3' })
socket.on('secureConnect', () => process.exit(0))
socket.on('error', () => process.exit(1))
socket.on('close', () => process.exit(1))
setTimeout(() => process.exit(1), LIMIT_MS)
