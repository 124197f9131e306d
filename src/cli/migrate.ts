import { mkdirSync } from 'node:fs';
import { readConfig } from '#core/platform/config.ts';
import { openDatabase } from '#core/platform/db.ts';
import { migrate } from '#db/migrate.ts';
import type { Command } from './command.ts';

export const migrateCommand: Command = {
  summary: 'brings the database to the newest form (every start does it too)',
  help: `Usage: watchpost migrate

Brings the database to the newest form and says which steps that took. Safe to run at any time.`,
  async run() {
    const config = readConfig();
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    const { db, engine } = openDatabase(config);
    try {
      const steps = await migrate(db, engine);
      console.log(
        steps.length > 0 ? `Done: ${steps.join(', ')}.` : 'The database has the newest form already.',
      );
    } finally {
      await db.destroy();
    }
    return 0;
  },
};
