import { systemClock } from '#core/platform/clock.ts';
import type { Db } from '#core/platform/db.ts';
import { recordPageChange } from '#core/platform/page-changes.ts';
import { insertPublished } from './published-comment.ts';

/** One comment as a reader would leave it; `reply` is the place of the comment that it answers, from 1. */
interface WrittenComment {
  name: string;
  body: string;
  website?: string;
  reply?: number;
}

/**
 * Fifty comments as a story about an outage gets them: from three words to three paragraphs, each its own.
 * What a page weighs is measured with these, so none may repeat another.
 */
export const FIFTY_COMMENTS: readonly WrittenComment[] = [
  { name: 'Marta', body: 'Thank you for writing down the times. Our provider’s page was green until lunch.' },
  {
    name: 'D. Okafor',
    body: 'We had 340 people in the lobby of a hospital trust who could open nothing but the intranet. The paper forms came out of the cupboard, and to be honest they worked. What did not work was the phone list, because it is in SharePoint.',
  },
  { name: 'Priya', body: 'Same here, from 05:10 UTC.' },
  {
    name: 'Henk de Vries',
    website: 'https://example.org/henk',
    body: 'Switching the second factor off for everybody is what our own manager asked for within the hour. I said no, and I had to say it three times. Put that sentence of yours in bold, please.',
  },
  {
    name: 'Sam',
    body: '> The first check passed. The second never answered.\n\nThat describes it exactly. No error, no code, just a wheel that turns.',
  },
  { name: 'Lena W.', body: 'Which region are you in?', reply: 3 },
  { name: 'Priya', body: 'West Europe. Colleagues in Pune saw it half an hour earlier.', reply: 6 },
  {
    name: 'An old admin',
    body: 'Twenty years ago we lost a domain controller and people could still log on with what the machine remembered. Today a laptop with its owner in front of it refuses both of them, since a service on another continent is busy. I do not want the old days back. I would like somebody to explain to me why "remember this device" forgets on the one day when it matters.',
  },
  { name: 'Tomás', body: 'Break-glass accounts. Two of them. In a safe. Tested every quarter.' },
  {
    name: 'Kirsty',
    body: 'And tested by somebody who did *not* set them up! Ours were in the safe all right. The sticker with the password had faded.',
    reply: 9,
  },
  { name: 'Yusuf', body: 'Faded ink is a new one. Noted.', reply: 10 },
  {
    name: 'Beth',
    body: 'Could you say what a small office should do? We are nine people, nobody is an administrator by trade, and the person who set this up has left. I read the list above twice and I still do not know whether we have such an account or how I would find out without breaking something.',
  },
  {
    name: 'Tomás',
    body: 'Beth: sign in at the admin page, open Users, then filter by role "Global administrator". If there is one name in that list, and it is a person who is on holiday, you have none. Make a second one today, give it a long password, print it, and leave it out of the rule that asks for a phone.',
    reply: 12,
  },
  { name: 'Beth', body: 'That took four minutes. There was one name. Thank you so much.', reply: 13 },
  { name: 'Ravi K', body: 'SMS codes arrived here, nineteen of them, all at 15:40.' },
  {
    name: 'Ingrid Solheim',
    body: 'The status page of the company is served by the same sign-in. That is the part I cannot get over.',
  },
  { name: 'gnat', body: 'lol, cloud' },
  {
    name: 'Paul B.',
    body: 'It is easy to laugh. Our own mail server was down for longer than that in 2016, and nobody wrote a post-mortem about it because it was me who did it.',
    reply: 17,
  },
  {
    name: 'Chiara',
    body: 'For those who script: `Connect-MsolService` from a session that was already open went on working all day, so I could at least read who was locked out. Keep one open on a machine that you trust, and lock its screen.',
  },
  { name: 'M.', body: 'Is a session that never ends not what we are told to avoid?', reply: 19 },
  {
    name: 'Chiara',
    body: 'It is. A key in a safe is also a risk. I have decided which of the two I can explain to an auditor.',
    reply: 20,
  },
  { name: 'Joost', body: 'Three causes and all of them in one release. Who signs such a thing off?' },
  {
    name: 'Former tester',
    body: 'Nobody signs a thing off, it is rolled out to rings. The trouble is that the first ring is the vendor itself, where the load looks nothing like Monday morning in Europe. A latency that only shows above a threshold passes every ring and then meets the threshold everywhere at once.',
    reply: 22,
  },
  { name: 'Amelia', body: 'Very clear, even for those of us who only use the stuff.' },
  {
    name: 'Niall',
    body: 'Our helpdesk took 412 calls. I asked what people wanted to know. Most of them did not ask when it would be fixed; they asked whether they had done something wrong, because the phone had been replaced last week, or because of the new password. Nobody had told them that it was not their fault. Next time that is the first sentence of the recorded message.',
  },
  { name: 'Olu', body: 'This. A hundred times this.', reply: 25 },
  {
    name: 'Wen',
    body: 'We moved to hardware keys in spring. They were asked by the same service, so they stood in the same queue. A second factor of another kind is not a second path.',
  },
  {
    name: 'Gerhard P.',
    website: 'https://example.org/notes',
    body: 'I have written down what we changed afterwards, with the costs: https://example.org/notes/after-the-outage\n\nShort version:\n\n- two emergency accounts, no phone\n- a paper list of numbers\n- a rule that nobody changes a rule while it burns',
  },
  { name: 'Sabine', body: 'The third one deserves a poster.', reply: 28 },
  {
    name: 'Luca',
    body: 'Does this hit guest accounts in other tenants too? Ours could not get into a partner’s team site.',
  },
  {
    name: 'D. Okafor',
    body: 'Yes, as far as we saw. The home tenant asks for the factor, so a guest from an affected one stays outside even where the host is fine.',
    reply: 30,
  },
  { name: 'Luca', body: 'That fits. Grazie.', reply: 31 },
  {
    name: 'R. Haddad',
    body: 'One correction, if I may: the gateway was restarted in the American region first, at about 14:00, and only then did the queue drain in the Asian one. It is in the preliminary report under "mitigation".',
  },
  { name: 'Emeka', body: 'Fourteen hours. For a login.' },
  {
    name: 'Birgit',
    body: 'My mother is 81 and has had the same mailbox for eleven years. She was told by the screen that she had to prove who she was, and she has been nervous ever since. We speak about companies all the time. There are also people who live alone and whose post comes in there.',
  },
  { name: 'Jonas', body: 'Well said.', reply: 35 },
  {
    name: 'tk',
    body: 'Offline codes of an authenticator app are computed on the phone. Why could *those* not be checked? It is thirty lines of arithmetic with the clock.',
  },
  {
    name: 'Chiara',
    body: 'Because the question "which factor has this account?" goes to the same back end that was short of memory. The arithmetic never got its turn.',
    reply: 37,
  },
  { name: 'tk', body: 'Then that lookup wants a cache that may be an hour old.', reply: 38 },
  { name: 'Former tester', body: 'And who revokes a stolen phone during that hour?', reply: 39 },
  {
    name: 'Halima',
    body: 'We are a school. Registers are taken online by nine. At ten to nine the head went from room to room with a clipboard, and everyone over forty knew what to do.',
  },
  { name: 'Petr', body: 'I love this comment.', reply: 41 },
  {
    name: 'Dana Whitfield',
    body: 'What did it cost you, has anybody counted? I need a figure for the board. Ours is 61 staff days, counted as half of the people who could not work from eight until four, and I left out the shouting.',
  },
  {
    name: 'Niall',
    body: 'About 90 here, counted the same way. Overtime at the desk on top of it.',
    reply: 43,
  },
  {
    name: 'Rosalind',
    body: 'Is there a list of what keeps running without the sign-in? Phones on the desk did, Outlook that was left open did, the printer did not. I would pay for that list.',
  },
  { name: 'Viktor', body: 'The printer? Really?', reply: 45 },
  {
    name: 'Rosalind',
    body: 'It scans to a mailbox. So it wants a token. So it sat there blinking.',
    reply: 46,
  },
  {
    name: 'Ewa',
    body: 'Subscribed to the digest because of this piece. Please keep the updates in one place as you do here, with the hour beside each; the live pages elsewhere rewrite themselves, and afterwards one cannot tell who knew what, and when.',
  },
  { name: 'Sam', body: 'Back since 18:55. Going home.' },
  {
    name: 'Marta',
    body: 'Happened again on the 27th, shorter, by the way. Might be worth a line at the top for those who come here from a search.',
  },
];

/** Puts the fifty under an article, published, as they would stand after a day. */
export async function publishFiftyComments(db: Db, article: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const ids: number[] = [];
    for (const [index, { name, body, website = null, reply }] of FIFTY_COMMENTS.entries()) {
      const at = new Date(Date.UTC(2018, 10, 19, 15) + index * 1_234_567).toISOString();
      const parent = (reply && ids[reply - 1]) ?? null;
      ids.push(await insertPublished(trx, { article, name, body, website, parent, at }));
    }
    await recordPageChange(trx, systemClock, [`comments:${article}`]);
  });
}
