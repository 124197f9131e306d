import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { deliveryOfVerp } from '#core/mail/verp.ts';
import { readOrMakeSecret } from '#core/platform/tokens.ts';
import { pipeBounce } from '../support/commands.ts';
import { DKIM_KEYS, dkimRecordOf, pemOf } from '../support/dkim-keys.ts';
import { addManyReaders } from '../support/many-readers.ts';
import { articleFile, type Newsroom, openNewsroom } from '../support/newsroom-on-disk.ts';
import { type Postfix, postfixHere, startPostfix } from '../support/postfix.ts';
import { type PostfixPolicy, startPolicy } from '../support/postfix-policy.ts';
import { letterOf, type SmtpFake, type SmtpMessage, startSmtpFake } from '../support/smtp-fake.ts';
import { temporaryFolder } from '../support/test-app.ts';
import { until } from '../support/test-site.ts';

const READERS = 12;
const REFUSED = 'r3@domain-3.test';
const LATER = 'r4@domain-4.test';
const DEAD = 'r5@domain-5.test';

interface Row {
  id: number;
  recipient: string;
  state: string;
  reply: string | null;
}

const here = postfixHere({ after });

describe('with a real Postfix as the relay', { skip: typeof here === 'string' && here }, () => {
  let postfix: Postfix;
  let policy: PostfixPolicy;
  let nextHop: SmtpFake;

  before(async () => {
    if (typeof here === 'string') return;
    [policy, nextHop] = await Promise.all([startPolicy(), startSmtpFake()]);
    const access = { [REFUSED]: '550 5.1.1 no such user here', [LATER]: '450 4.2.1 not now' };
    postfix = await startPostfix(here, { nextHop: nextHop.port, access, policy: policy.port });
  });
  after(async () => {
    await postfix?.stop();
    policy?.stop();
    await nextHop?.stop();
  });
  beforeEach(() => {
    nextHop?.messages.splice(0);
    nextHop?.refuse(() => undefined);
  });

  for (const [kind, newKeys] of Object.entries(DKIM_KEYS))
    test(`an edition signed with ${kind} goes through it encrypted, and what arrives behind it is sound`, async (t) => {
      const { privateKey, publicKey } = newKeys();
      const newsroom = await newsroomAt(t, postfix, { key: pemOf(privateKey) });
      await newsroom.command('digest', 'send', '--cadence', 'weekly');

      const rows = rowsOf(newsroom);
      assert.equal(rows.length, READERS);
      for (const { recipient, state, reply } of rows)
        if (recipient === REFUSED) assert.match(`${state} ${reply}`, /^bounced 550 5\.1\.1 /);
        else if (recipient === LATER) assert.match(`${state} ${reply}`, /^deferred 450 4\.2\.1 /);
        else assert.match(`${state} ${reply}`, /^sent 250 2\.0\.0 Ok: queued as [0-9A-F]{6,}$/);

      const sent = rows.filter(({ state }) => state === 'sent');
      assert.equal(sent.length, READERS - 2);
      await nextHop.until(sent.length);
      const arrived = new Map(nextHop.messages.map((message) => [message.to[0], message]));
      assert.deepEqual([...arrived.keys()].sort(), sent.map(({ recipient }) => recipient).sort());
      const secret = readOrMakeSecret(newsroom.dataDir);
      for (const { id, recipient, reply } of sent) {
        const message = arrived.get(recipient) as SmtpMessage;
        const queueId = reply?.split(' ').at(-1) ?? '';
        assert.equal(deliveryOfVerp({ secret }, message.from), id, 'its own return address');
        assert.match(
          RECEIVED.exec(message.text)?.[0] ?? '',
          new RegExp(`using TLSv1\\.\\d .*by relay\\.test .*${queueId}`, 's'),
        );
        await assertSigned(message, dkimRecordOf(publicKey));
      }
    });

  test('what Postfix returns, because a mailbox behind it is dead, ends the subscription of its reader alone', async (t) => {
    nextHop.refuse((recipient) =>
      recipient === DEAD ? { verb: 'RCPT', code: 550, message: '5.1.1 no such mailbox' } : undefined,
    );
    const newsroom = await newsroomAt(t, postfix);
    await newsroom.command('digest', 'send', '--cadence', 'weekly');
    const dead = rowsOf(newsroom).find(({ recipient }) => recipient === DEAD);
    assert.equal(dead?.state, 'sent', 'Postfix took it');
    await until(() => nextHop.messages.some(({ from }) => from === ''), 'what comes back');

    const [returned, ...more] = nextHop.messages.filter(({ from }) => from === '');
    assert.ok(returned);
    assert.equal(more.length, 0);
    const secret = readOrMakeSecret(newsroom.dataDir);
    assert.equal(deliveryOfVerp({ secret }, returned.to[0] ?? ''), dead?.id);
    const taken = await pipeBounce(returned.raw, [], {
      ...newsroom.env,
      ORIGINAL_RECIPIENT: returned.to[0],
    });
    assert.equal(taken.output, 'The address is dead: it gets no more letters.\n');
    const ended = newsroom.ask<{ email: string }>(
      "select email from subscriber where state <> 'confirmed' order by email",
    );
    assert.deepEqual(
      ended.map(({ email }) => email),
      [REFUSED, DEAD],
      'and the one that was refused at once',
    );
  });

  test('after kill -9 with letters at the dot, Postfix’s own log tells which of them it took', async (t) => {
    const lanes = 2;
    const newsroom = await newsroomAt(t, postfix, { lanes });
    let asked = 0;
    policy.answer(() => (++asked > 3 ? 'wait' : 'DUNNO'));
    const sender = newsroom.begin(() => {}, 'digest', 'send', '--cadence', 'weekly');
    const killed = once(sender, 'exit');
    await until(() => policy.waiting().length === lanes, 'a letter at the dot of each connection');
    sender.kill('SIGKILL');
    await killed;
    const [taken = '', ...untaken] = policy.waiting();
    policy.answer((recipient) => (recipient === taken ? 'DUNNO' : '550 5.7.1 its sender is gone'));
    await until(() => nextHop.messages.some(({ to }) => to[0] === taken), 'the letter that was taken');
    policy.answer(() => 'DUNNO');

    const worker = newsroom.begin(() => {}, 'worker');
    const stopped = once(worker, 'exit');
    t.after(() => worker.kill('SIGKILL'));
    await until(() => waiting(newsroom) === 0, 'all but the uncertain being sent');
    const uncertain = rowsOf(newsroom).filter(({ state }) => state === 'uncertain');
    assert.deepEqual(uncertain.map(({ recipient }) => recipient).sort(), [taken, ...untaken].sort());
    const [edition] = newsroom.ask<{ id: string }>('select id from edition');
    const settled = await newsroom.command('deliveries', edition?.id ?? '', '--relay-log', postfix.log);
    assert.equal(settled.stdout, "1 found in the relay's log and counted as sent, 1 sent again.\n");
    await until(() => waiting(newsroom) === 0, 'the one that was not taken being sent again');
    worker.kill();
    await stopped;

    const rows = rowsOf(newsroom);
    const sent = rows.filter(({ state }) => state === 'sent').map(({ recipient }) => recipient);
    assert.deepEqual([rows.length, sent.length], [READERS, READERS - 2]);
    await nextHop.until(sent.length);
    const arrived = nextHop.messages.map(({ to }) => to[0]);
    assert.deepEqual(arrived.sort(), sent.sort(), 'each of them once');
  });
});

let newsrooms = 0;

/** A newsroom whose relay is Postfix, with readers of the weekly digest. */
async function newsroomAt(
  t: TestContext,
  { url }: Postfix,
  { key, lanes = 4 }: { key?: string; lanes?: number } = {},
): Promise<Newsroom> {
  const keyFile = path.join(temporaryFolder(t), 'dkim.pem');
  if (key) writeFileSync(keyFile, key);
  const signed = { DKIM_DOMAIN: 'watchpost.test', DKIM_SELECTOR: 's1', DKIM_KEY: keyFile };
  const newsroom = await openNewsroom(Object.fromEntries([articleFile('outage')]), {
    SITE_URL: `http://site-${++newsrooms}.watchpost.test`, // so that no two have letters of the same Message-ID
    ...{ SMTP_URL: `${url}&maxConnections=${lanes}`, RETURN_PATH: 'on' },
    ...(key ? signed : {}),
  });
  t.after(() => newsroom.close());
  addManyReaders(newsroom.file, READERS);
  return newsroom;
}

function rowsOf(newsroom: Newsroom): Row[] {
  return newsroom.ask<Row>('select id, recipient, state, reply from delivery order by id');
}

/** How many letters are on their way, or will be at once. */
function waiting(newsroom: Newsroom): number {
  return rowsOf(newsroom).filter(({ state }) => /^(?:queued|claimed|at-the-dot)$/.test(state)).length;
}

const RECEIVED = /^Received: .*?\r\n(?![ \t])/ms;

/** An independent verifier is content, and every field that the letter left with, those of its list too, is under the signature. */
async function assertSigned({ raw }: SmtpMessage, record: string): Promise<void> {
  const { results } = await dkimVerify(raw, { resolver: async () => [[record]] });
  assert.deepEqual(
    results.map(({ status }) => status.result),
    ['pass'],
  );
  const { 'dkim-signature': signature = '', received: _, ...headers } = letterOf(raw).headers;
  const signed = new Set(/h=([^;]*);/.exec(signature)?.[1]?.replace(/\s/g, '').split(':'));
  const names = Object.keys(headers);
  for (const name of ['list-id', 'list-unsubscribe', 'list-unsubscribe-post', 'list-archive'])
    assert.ok(names.includes(name), name);
  for (const name of names) assert.ok(signed.has(name), `${name} is signed`);
}
