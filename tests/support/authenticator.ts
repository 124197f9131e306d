import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';

/** What an answer says, where it should not be what a sound authenticator in a sound browser says. */
export interface Oddities {
  origin?: string;
  counter?: number;
  isVerified?: boolean;
}

/** An authenticator and the browser before it, in the bytes of WebAuthn level 3: ES256, no attestation. */
export class Authenticator {
  readonly id = randomBytes(16);
  readonly #origin: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: Uint8Array;
  #handle = '';
  #counter = 0;

  constructor(origin: string) {
    this.#origin = origin;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#privateKey = privateKey;
    this.#publicKey = isoCBOR.encode(
      new Map<number, number | Uint8Array>([
        [1, 2], // elliptic curve
        [3, -7], // ES256
        [-1, 1], // P-256
        [-2, plain(Buffer.from(x, 'base64url'))],
        [-3, plain(Buffer.from(y, 'base64url'))],
      ]),
    );
  }

  /** Makes a passkey, as `navigator.credentials.create` does. */
  create(
    { challenge, rp, user }: PublicKeyCredentialCreationOptionsJSON,
    odd: Oddities = {},
  ): RegistrationResponseJSON {
    this.#handle = user.id;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.id, this.#publicKey]);
    const authData = Buffer.concat([this.#data(rp.id ?? '', 0x40, odd), credential]);
    const attestation = isoCBOR.encode(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', plain(authData)],
      ]) as Parameters<typeof isoCBOR.encode>[0],
    );
    return this.#credential({
      clientDataJSON: this.#clientData('webauthn.create', challenge, odd).toString('base64url'),
      attestationObject: Buffer.from(attestation).toString('base64url'),
      transports: ['internal'],
    }) as RegistrationResponseJSON;
  }

  /** Shows the passkey, as `navigator.credentials.get` does. */
  get(
    { challenge, rpId }: PublicKeyCredentialRequestOptionsJSON,
    odd: Oddities = {},
  ): AuthenticationResponseJSON {
    this.#counter = odd.counter ?? this.#counter + 1;
    const clientData = this.#clientData('webauthn.get', challenge, odd);
    const authData = this.#data(rpId ?? '', 0, odd);
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
    return this.#credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, this.#privateKey).toString('base64url'),
      userHandle: this.#handle,
    }) as AuthenticationResponseJSON;
  }

  #clientData(type: string, challenge: string, { origin = this.#origin }: Oddities): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #data(rpId: string, more: number, { isVerified = true }: Oddities): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    const flags = 0x01 | (isVerified ? 0x04 : 0) | more; // present, verified
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.of(flags), counter]);
  }

  #credential(response: object): object {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }
}

function plain(bytes: Buffer): Uint8Array {
  return Uint8Array.from(bytes);
}
