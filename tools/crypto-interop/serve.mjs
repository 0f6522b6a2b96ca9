// Answers one JSON line on standard output for each JSON line on standard input, with two independent sr25519 libraries.
// Ends when standard input closes, and so with the process that started it.
import { createInterface } from 'node:readline';
import * as wasm from '@polkadot/wasm-crypto';
import * as scure from '@scure/sr25519';

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (array) => Buffer.from(array).toString('hex');

// Both keep secrets in the ed25519 form: scalar times 8, then the nonce seed.
const libraries = {
  '@polkadot/wasm-crypto': {
    secret: (seed) => wasm.sr25519KeypairFromSeed(seed).subarray(0, 64),
    publicKey: (seed) => wasm.sr25519KeypairFromSeed(seed).subarray(64),
    sign: (secret, publicKey, message) => wasm.sr25519Sign(publicKey, secret, message),
    verify: (publicKey, message, signature) => wasm.sr25519Verify(signature, message, publicKey),
    hard: (seed, chainCode) => wasm.sr25519DeriveKeypairHard(wasm.sr25519KeypairFromSeed(seed), chainCode).subarray(64),
    soft: (seed, chainCode) => wasm.sr25519DeriveKeypairSoft(wasm.sr25519KeypairFromSeed(seed), chainCode).subarray(64),
  },
  '@scure/sr25519': {
    secret: (seed) => scure.secretFromSeed(seed),
    publicKey: (seed) => scure.getPublicKey(scure.secretFromSeed(seed)),
    sign: (secret, publicKey, message) => scure.sign(secret, message),
    verify: (publicKey, message, signature) => scure.verify(message, signature, publicKey),
    hard: (seed, chainCode) => scure.getPublicKey(scure.HDKD.secretHard(scure.secretFromSeed(seed), chainCode)),
    soft: (seed, chainCode) => scure.getPublicKey(scure.HDKD.secretSoft(scure.secretFromSeed(seed), chainCode)),
  },
};

const commands = {
  publicKey: (library, q) => ({ publicKey: hex(library.publicKey(bytes(q.seed))) }),
  hard: (library, q) => ({ publicKey: hex(library.hard(bytes(q.seed), bytes(q.chainCode))) }),
  soft: (library, q) => ({ publicKey: hex(library.soft(bytes(q.seed), bytes(q.chainCode))) }),
  sign: (library, q) => {
    const seed = bytes(q.seed);
    return { signature: hex(library.sign(library.secret(seed), library.publicKey(seed), bytes(q.message))) };
  },
  verify: (library, q) => {
    try {
      return { valid: library.verify(bytes(q.publicKey), bytes(q.message), bytes(q.signature)) };
    } catch (error) {
      return { valid: false, reason: String(error.message ?? error) };
    }
  },
  measure: (library, q) => {
    const seed = new Uint8Array(32).fill(7);
    const message = new Uint8Array(64).fill(9);
    const secret = library.secret(seed);
    const publicKey = library.publicKey(seed);
    const signature = library.sign(secret, publicKey, message);
    const run = q.operation === 'sign'
      ? () => library.sign(secret, publicKey, message)
      : () => library.verify(publicKey, message, signature);
    const start = process.hrtime.bigint();
    for (let i = 0; i < q.count; i++) run();
    return { nanoseconds: Number(process.hrtime.bigint() - start) / q.count };
  },
};

await wasm.waitReady();
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const answer = commands[question.command](libraries[question.library], question);
  process.stdout.write(JSON.stringify(answer) + '\n');
}
