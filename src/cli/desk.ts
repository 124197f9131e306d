import { deskLink, LINK_MINUTES } from '#core/desk/sign-in.ts';
import { noteAct } from '#core/platform/audit.ts';
import { withReserve } from '#core/platform/reserve.ts';
import { type Command, UsageError, withApp } from './command.ts';

export const deskCommand: Command = {
  summary: 'desk link: a one-time link to sign in at the desk',
  help: `Usage: watchpost desk link [--for NAME]

Prints a link that signs you in at the desk: good once, for ${LINK_MINUTES} minutes. Whoever may run this command on
the machine may sign in: it is the way in that is always open. Every other session of that person ends when the link is used.

  --for NAME   for somebody who was invited; the owner where it is not given`,
  options: { for: { type: 'string' } },
  async run({ positionals, values }) {
    if (positionals.join(' ') !== 'link') throw new UsageError('It is called as "watchpost desk link".');
    const name = values.for === undefined ? undefined : String(values.for);
    const link = await withApp((app) =>
      withReserve(app, async () => {
        await noteAct(app.db, app, { act: 'link.make', subject: 'desk', after: name });
        return deskLink(app, name);
      }),
    );
    console.log(link);
    return 0;
  },
};
