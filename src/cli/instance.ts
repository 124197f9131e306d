import { instanceOf, instanceWords, takeInstance } from '#core/platform/instance.ts';
import { type Command, UsageError, withApp } from './command.ts';

export const instanceCommand: Command = {
  summary: 'instance [take]: says whether editions are sent from here; take: from now on they are',
  help: `Usage: watchpost instance
       watchpost instance take

A database that was copied or restored elsewhere sends no digests, alerts and letters before you have said that it is
now the one: the other copy might be sending them too. Letters that people ask for themselves go out all the same.

take   from now on editions are sent from here; make sure that the other one is gone for good`,
  async run({ positionals }) {
    const [verb, ...more] = positionals;
    if ((verb !== undefined && verb !== 'take') || more.length > 0)
      throw new UsageError('It is called as "watchpost instance" or "watchpost instance take".');
    return withApp(async (app) => {
      if (verb === 'take') await takeInstance(app);
      const instance = await instanceOf(app);
      console.log(instance.state === 'ours' ? 'Editions are sent from here.' : instanceWords(instance));
      return instance.state === 'ours' ? 0 : 1;
    });
  },
};
