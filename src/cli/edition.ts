import type { App } from '#core/app.ts';
import { approveEdition } from '#core/editions/approve-edition.ts';
import { cancelEdition, pauseEdition, resumeEdition } from '#core/editions/move-edition.ts';
import { type Command, UsageError, withApp } from './command.ts';
import { sendEdition, tellStops } from './send-edition.ts';

export const editionCommand: Command = {
  summary: 'edition pause|resume|cancel|approve <id>: stops one in the middle, lets it go on, or ends it',
  help: `Usage: watchpost edition pause   <id> [--reason <words>]
       watchpost edition resume  <id>
       watchpost edition cancel  <id> [--reason <words>]
       watchpost edition approve <id> [--even-so]

pause     no further letter leaves, from within a second on; those under way arrive
resume    goes on where it was paused
cancel    ends it: who has no letter yet gets its stories in the next digest
approve   sends one that has waited for your word, because its hour passed or something was wrong with it

  --even-so   approves although something is wrong, where that harms nobody but its looks

"watchpost editions" lists them.`,
  options: { reason: { type: 'string' }, 'even-so': { type: 'boolean' } },
  async run({ positionals, values }) {
    const [verb = '', id, ...more] = positionals;
    const move = MOVES[verb];
    if (!move || id === undefined || more.length > 0)
      throw new UsageError('It is called as "watchpost edition pause|resume|cancel|approve <id>".');
    const reason = values.reason === undefined ? undefined : String(values.reason);
    return withApp((app) => move(app, id, { reason, evenSo: values['even-so'] === true }));
  },
};

type Move = (app: App, id: string, said: { reason?: string | undefined; evenSo: boolean }) => Promise<number>;

const MOVES: Record<string, Move> = {
  async pause(app, id, { reason = 'paused by hand' }) {
    await pauseEdition(app, id, reason);
    console.log(`The edition ${id} is paused.`);
    return 0;
  },
  async resume(app, id) {
    await resumeEdition(app, id);
    console.log(`The edition ${id} goes on.`);
    return 0;
  },
  cancel: cancel,
  approve: approve,
};

export async function cancel(app: App, id: string, { reason = '' }: { reason?: string | undefined }) {
  const unsent = await cancelEdition(app, id, reason);
  console.log(
    `The edition ${id} is cancelled: ${unsent} ${unsent === 1 ? 'letter was' : 'letters were'} not sent.`,
  );
  return 0;
}

export async function approve(app: App, id: string, { evenSo }: { evenSo: boolean }): Promise<number> {
  const made = await approveEdition(app, id, { evenSo });
  if (made.state === 'stopped') return tellStops(made.stops);
  if (made.state === 'made') return sendEdition(app, made.edition, made.recipients);
  console.log('Nothing was sent: there is nothing new, or nobody to send it to.');
  return 0;
}
