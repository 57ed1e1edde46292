#!/usr/bin/env node
// Carries stdin to a Unix socket and the socket's answers to stdout:
//   docker compose exec -T fleet-static-key node /app/relay.mjs /run/blastradius/control.sock
// This is how control sockets and operators' APIs are reached from outside the containers: whoever may
// run a program in the container may steer it, and no port has to be published for it.
import { connect } from 'node:net';

const path = process.argv[2];
if (path === undefined) fail('usage: node relay.mjs <socket>');

// Half-open: the end of our input is not the end of what the socket still has to say.
const socket = connect({ path, allowHalfOpen: true });
socket.on('error', (error) => fail(error.message));
process.stdout.on('error', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdin.pipe(socket);
socket.pipe(process.stdout);
// Stdin may stay open for ever; what was answered is written first.
socket.on('end', () => process.stdout.write('', () => process.exit(0)));

function fail(message) {
  process.stderr.write(`relay: ${message}\n`);
  process.exit(1);
}
