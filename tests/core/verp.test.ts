import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { deliveryOfVerp, hasReturnPath, verpAddress } from '#core/mail/verp.ts';

const secret = randomBytes(32);

test('a return address names its delivery, however it is written, and nobody can make one up', () => {
  const address = verpAddress({ secret }, 'news.watchpost.test', 12);
  assert.match(address, /^bounces\+12\.[0-9a-f]{10}@news\.watchpost\.test$/);
  for (const written of [
    address,
    address.toUpperCase(),
    ` <${address}`,
    address.replace(/@.*/, '@other.test'),
  ])
    assert.equal(deliveryOfVerp({ secret }, written), 12, written);
  for (const forged of [
    ...[address.replace('+12.', '+13.'), address.replace('+12.', '+012.'), 'bounces@news.watchpost.test', ''],
    ...[address.replace('bounces', 'bounce'), `x${address}`, address.replace(/\.[0-9a-f]{10}@/, '.@')],
    verpAddress({ secret: randomBytes(32) }, 'news.watchpost.test', 12),
  ])
    assert.equal(deliveryOfVerp({ secret }, forged), undefined, forged);
});

test('letters carry return addresses only where somebody reads what comes back', () => {
  assert.equal(hasReturnPath({ returnPath: false }), false);
  assert.equal(hasReturnPath({ returnPath: true }), true);
  assert.equal(
    hasReturnPath({ returnPath: false, bounceMailbox: new URL('imaps://u:p@mail.test/INBOX') }),
    true,
  );
});
