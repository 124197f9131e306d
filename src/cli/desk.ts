import { deskLink, LINK_MINUTES } from '#core/desk/sign-in.ts';
import { noteAct } from '#core/platform/audit.ts';
import { type Command, UsageError, withApp } from './command.ts';

export const deskCommand: Command = {
  summary: 'desk link: a one-time link to sign in at the desk',
  help: `Usage: watchpost desk link

Prints a link that signs you in at the desk: good once, for ${LINK_MINUTES} minutes. Whoever may run this command on
the machine may sign in: it is the way in that is always open.`,
  async run({ positionals }) {
    if (positionals.join(' ') !== 'link') throw new UsageError('It is called as "watchpost desk link".');
    const link = await withApp(async (app) => {
      await noteAct(app.db, app, { act: 'link.make', subject: 'desk' });
      return deskLink(app);
    });
    console.log(link);
    return 0;
  },
};
